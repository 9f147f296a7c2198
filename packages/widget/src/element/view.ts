import { Announcer } from './announcer.ts';
import { css } from './element.css';
import type { FormattedLabel } from './format-label.ts';

/** What the element shows. */
export interface Shown {
  readonly label: FormattedLabel;
  /** Undefined: that of the page. */
  readonly language: string | undefined;
  readonly direction: 'ltr' | 'rtl' | 'auto';
  readonly total: number;
  /** The name of the site, and whether the number is outdated; also for screen readers. */
  readonly notes: readonly string[];
}

const MOTION: KeyframeAnimationOptions = { duration: 300, easing: 'ease-out' };
const RING: KeyframeAnimationOptions = { duration: 900, easing: 'ease-out', pseudoElement: '::after' };
/** One style sheet for all elements. */
let sheet: CSSStyleSheet | undefined;

/** The shadow tree of the element, built in ways that a strict CSP and Trusted Types allow. */
export class View {
  readonly #fallback: HTMLSlotElement = document.createElement('slot');
  readonly #counter: HTMLElement = span('counter');
  readonly #dot: HTMLElement = span('dot');
  readonly #before: HTMLElement = span('label');
  readonly #total: HTMLElement = span('total');
  readonly #after: HTMLElement = span('label');
  readonly #announcer: Announcer;
  #shown: number | undefined;

  constructor(host: HTMLElement) {
    const text = document.createElement('span');
    text.append(this.#before, this.#total, this.#after);
    // Screen readers get the text of the announcer, which changes less often.
    text.ariaHidden = 'true';
    const region = document.createElement('span');
    region.className = 'announcer';
    this.#announcer = new Announcer(region);
    this.#counter.append(this.#dot, text, region);
    this.#counter.hidden = true;
    const shadow = host.attachShadow({ mode: 'open' });
    shadow.append(this.#counter, this.#fallback);
    adoptStyles(shadow);
  }

  /** Shows a total instead of the fallback content. */
  show({ label, language, direction, total, notes }: Shown): void {
    this.#counter.dir = direction;
    if (language === undefined) this.#counter.removeAttribute('lang');
    else this.#counter.lang = language;
    this.#counter.title = notes.join(' · ');
    setText(this.#before, label.before);
    setText(this.#total, label.total);
    setText(this.#after, label.after);
    this.#announcer.announce([`${label.before}${label.total}${label.after}`, ...notes].join(', '));
    this.#counter.hidden = false;
    this.#fallback.hidden = true;
    if (this.#shown !== undefined && total !== this.#shown) this.#move(total > this.#shown);
    this.#shown = total;
  }

  /** Shows the fallback content. */
  clear(): void {
    this.#announcer.reset();
    this.#counter.hidden = true;
    this.#fallback.hidden = false;
    this.#shown = undefined;
  }

  #move(isRise: boolean): void {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const offset = isRise ? '0.35em' : '-0.35em';
    this.#total.animate([{ opacity: 0, translate: `0 ${offset}` }, {}], MOTION);
    this.#dot.animate(
      [
        { opacity: 0.6, scale: 1 },
        { opacity: 0, scale: 2.6 },
      ],
      RING,
    );
  }
}

function span(part: string): HTMLElement {
  const element = document.createElement('span');
  element.setAttribute('part', part);
  return element;
}

function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function adoptStyles(shadow: ShadowRoot): void {
  try {
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
    }
    shadow.adoptedStyleSheets = [sheet];
  } catch {
    // The browser has no constructable style sheets: the number appears without styles.
  }
}
