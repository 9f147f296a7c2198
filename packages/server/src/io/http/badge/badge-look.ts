import { color, oneOf, readParameters, shortText } from './query-parameters.ts';

/** Names of colours that `badge-maker` knows. */
const COLOR_NAMES = [
  'brightgreen',
  'green',
  'yellowgreen',
  'yellow',
  'orange',
  'red',
  'blue',
  'grey',
  'lightgrey',
] as const;
const MAX_LABEL_LENGTH = 64;

/** The query parameters of `badge.svg`. */
export const badgeParameters = {
  label: shortText(MAX_LABEL_LENGTH),
  color: color(COLOR_NAMES),
  labelColor: color(COLOR_NAMES),
  style: oneOf('flat', 'flat-square', 'plastic', 'for-the-badge'),
  count: oneOf('people', 'tabs'),
};

/** The query parameters of `badge.html`. */
export const liveBadgeParameters = {
  label: shortText(MAX_LABEL_LENGTH),
  theme: oneOf('auto', 'light', 'dark'),
  color: color([]),
  background: color([]),
  count: oneOf('people', 'tabs'),
};

/** How an SVG badge looks. */
export interface BadgeLook {
  /** The text before the number; may be empty. */
  label: string;
  /** The background of the number: a name, or hex digits with `#`. */
  color: string;
  /** The background of the label. */
  labelColor: string;
  style: 'flat' | 'flat-square' | 'plastic' | 'for-the-badge';
  /** Which number it shows. */
  count: 'people' | 'tabs';
}

/** Darker than the green of `badge-maker`, so that white text on it can be read (5.1:1). */
const DEFAULT_LOOK: BadgeLook = {
  label: 'online',
  color: '#1a7f37',
  labelColor: '#555',
  style: 'flat',
  count: 'people',
};

/** Reads the query of `badge.svg`. */
export function readBadgeLook(query: string): { look: BadgeLook } | { problems: string[] } {
  const result = readParameters(query, badgeParameters);
  return 'problems' in result ? result : { look: { ...DEFAULT_LOOK, ...result.values } };
}
