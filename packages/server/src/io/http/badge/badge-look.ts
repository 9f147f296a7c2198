import { color, oneOf, readParameters, shortText, wholeNumber } from './query-parameters.ts';

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
const MAX_SAMPLE = 999_999_999;

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

const parameters = {
  label: shortText(MAX_LABEL_LENGTH),
  color: color(COLOR_NAMES),
  labelColor: color(COLOR_NAMES),
  style: oneOf('flat', 'flat-square', 'plastic', 'for-the-badge'),
  count: oneOf('people', 'tabs'),
};

/** Reads the query of `badge.svg`. */
export function readBadgeLook(query: string): { look: BadgeLook } | { problems: string[] } {
  const result = readParameters(query, parameters);
  return 'problems' in result ? result : { look: { ...DEFAULT_LOOK, ...result.values } };
}

/** A badge of the embed page, with a number that no site has. */
export interface SampleLook extends BadgeLook {
  number: number;
}

/** Reads the query of a sample: that of `badge.svg`, and `number`. */
export function readSampleLook(query: string): { look: SampleLook } | { problems: string[] } {
  const result = readParameters(query, { ...parameters, number: wholeNumber(MAX_SAMPLE) });
  return 'problems' in result ? result : { look: { ...DEFAULT_LOOK, number: 0, ...result.values } };
}

/** Reads the query of `badge.html`, which the page itself uses. */
export function problemsOfLiveBadge(query: string): string[] {
  const result = readParameters(query, {
    label: shortText(MAX_LABEL_LENGTH),
    theme: oneOf('auto', 'light', 'dark'),
    color: color([]),
    background: color([]),
    count: oneOf('people', 'tabs'),
  });
  return 'problems' in result ? result.problems : [];
}
