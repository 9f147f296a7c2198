/** How a badge in a frame looks. */
export interface LiveBadgeLook {
  /** The text after the number; may be empty. */
  label: string;
  theme: 'auto' | 'light' | 'dark';
  /** Colours of CSS; empty for those of the theme. */
  background: string;
  color: string;
}

/** Reads the query of a frame. What is not valid has the effect of the default. */
export function readLiveBadgeLook(query: URLSearchParams): LiveBadgeLook {
  const theme = query.get('theme');
  const colorOf = (name: string): string =>
    /^#?((?:[\da-f]{3}){1,2})$/i.exec(query.get(name) ?? '')?.[1]?.replace(/^/, '#') ?? '';
  return {
    label: query.get('label') ?? 'online',
    theme: theme === 'light' || theme === 'dark' ? theme : 'auto',
    background: colorOf('background'),
    color: colorOf('color'),
  };
}

/**
 * Creates the badge of a frame.
 *
 * @returns the element, and what shows a number. `undefined` is a number that is not known.
 */
export function createLiveBadge({ label, theme, background, color }: LiveBadgeLook): {
  element: HTMLElement;
  show: (number: number | undefined, stale: boolean) => void;
} {
  const element = document.createElement('p');
  element.className = 'live-badge';
  element.dataset['theme'] = theme;
  element.dir = 'auto';
  // By the CSSOM: a strict CSP allows that, but not a `style` attribute.
  element.style.setProperty('--background', background || null);
  element.style.setProperty('--color', color || null);
  const number = document.createElement('b');
  const text = document.createElement('span');
  text.append(number, label && ` ${label}`);
  element.append(text);
  const numbers = new Intl.NumberFormat();
  let shown: number | undefined;
  return {
    element,
    show(value, stale) {
      element.dataset['state'] = value === undefined ? 'offline' : stale ? 'stale' : 'live';
      if (value === shown && number.textContent) return;
      number.textContent = value === undefined ? '–' : numbers.format(value);
      if (shown !== undefined && value !== undefined) highlightChange(element);
      shown = value;
    },
  };
}

function highlightChange(element: HTMLElement): void {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  element.animate([{ '--ring': '6px' }, { '--ring': '0px' }], 900);
}
