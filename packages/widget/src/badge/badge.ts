import type { CounterState } from '../client/state.ts';
import { applyStyle, type BadgeStyle } from './apply-style.ts';
import type { Attributes } from './attributes.ts';
import { suppressErrors } from './suppress-errors.ts';
import { css } from './style.css';

/** The element that shows the total in the page. */
export interface Badge {
  /** Shows the total of `state`. Removes the element if there is no total, or if the counter is closed. */
  show(state: CounterState): void;
}

/**
 * Creates the element `#_loc`. Its text is exactly the number; label and styles are in its shadow root, which is built
 * in ways that a strict CSP and Trusted Types allow.
 *
 * @param anchor The tag after which an inline badge is inserted.
 */
export function createBadge(
  { label, position, theme }: Attributes,
  anchor: Element,
  style: BadgeStyle | undefined,
): Badge {
  const element = document.createElement('span');
  element.id = '_loc';
  // Throws in a browser without constructable style sheets, which then shows the number without styles.
  suppressErrors(() => buildShadow(element, label));
  Object.assign(element.dataset, position && { position }, theme && { theme });
  applyStyle(element, style);

  return {
    show({ status, total }) {
      if (total === undefined || status === 'closed') return element.remove();
      element.dataset['state'] = status;
      element.textContent = `${total}`;
      // The page may have replaced its body.
      if (element.isConnected) return;
      if (position === 'inline' && document.body?.contains(anchor)) anchor.after(element);
      else document.body?.append(element);
    },
  };
}

function buildShadow(element: HTMLElement, label: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const small = document.createElement('small');
  small.textContent = label;
  const pill = document.createElement('div');
  pill.append(document.createElement('slot'), small);
  const shadow = element.attachShadow({ mode: 'open' });
  shadow.adoptedStyleSheets = [sheet];
  shadow.append(pill);
}
