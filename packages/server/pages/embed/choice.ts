/** A way to show the number. */
export type Look = 'corner' | 'inline' | 'own' | 'element' | 'react' | 'badge' | 'frame';

/** What a visitor of the page has chosen. */
export interface Choice {
  look: Look;
  /** The hostname whose number is shown, for looks that load it by its address. */
  site: string;
  /** The text beside the number; may be empty. */
  label: string;
  position: string;
  theme: 'auto' | 'light' | 'dark';
  /** Hex digits with `#`; empty for the colours of the look. */
  color: string;
  count: 'tabs' | 'people';
  scope: 'site' | 'page';
  /** Which number a badge shows: the one that pages show, or the number of tabs. */
  shows: 'people' | 'tabs';
  /** The style of an SVG badge. */
  style: string;
  format: 'markdown' | 'html';
}

type Field = Exclude<keyof Choice, 'look' | 'label'>;

/** The fields that have an effect on each look, beside the label. */
export const fieldsOf: Readonly<Record<Look, readonly Field[]>> = {
  corner: ['position', 'theme', 'color', 'count', 'scope'],
  inline: ['color', 'count', 'scope'],
  own: ['count', 'scope'],
  element: ['color', 'count', 'scope'],
  react: ['count', 'scope'],
  badge: ['site', 'style', 'color', 'shows', 'format'],
  frame: ['site', 'theme', 'color', 'shows'],
};

export const LOOKS = Object.keys(fieldsOf) as Look[];

export const DEFAULT_LABEL = 'online';

/** Reads a form, or the query of an address that has the same fields. Fields without an effect have their defaults. */
export function readChoice(data: FormData | URLSearchParams): Choice {
  const look = LOOKS.find((one) => one === data.get('look')) ?? 'corner';
  const read = (name: string): string | undefined => {
    const value = data.get(name);
    return typeof value === 'string' ? value.trim() : undefined;
  };
  const valueOf = (field: Field): string => (fieldsOf[look].includes(field) ? (read(field) ?? '') : '');
  const color = valueOf('color');
  return {
    look,
    site: valueOf('site').toLowerCase(),
    label: read('label') ?? DEFAULT_LABEL,
    position: valueOf('position'),
    theme: oneOf(valueOf('theme'), ['auto', 'light', 'dark']),
    color: /^#[\da-f]{6}$/i.test(color) ? color.toLowerCase() : '',
    count: oneOf(valueOf('count'), ['tabs', 'people']),
    scope: oneOf(valueOf('scope'), ['site', 'page']),
    shows: oneOf(valueOf('shows'), ['people', 'tabs']),
    style: oneOf(valueOf('style'), ['flat', 'flat-square', 'plastic', 'for-the-badge']),
    format: oneOf(valueOf('format'), ['markdown', 'html']),
  };
}

/** The value if it is one of `values`, otherwise the first of these. */
function oneOf<Value extends string>(value: string, values: readonly [Value, ...Value[]]): Value {
  return values.find((one) => one === value) ?? values[0];
}
