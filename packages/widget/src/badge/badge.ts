import type { CounterState } from '../client/state.ts';
import { applyStyle, type BadgeStyle } from './apply-style.ts';
import type { Attributes } from './attributes.ts';
import { quietly } from './quietly.ts';
import { css } from './style.css';

/** The number in the page. */
export interface Badge {
  /** Shows the total of `state`, if there is one. A counter that is closed, or was refused, shows nothing. */
  show(state: CounterState): void;
}

/**
 * The element `#_loc` stands in the page itself and its text is the number alone; the look around it is in
 * its shadow, by ways that a strict CSP and Trusted Types allow.
 *
 * @param anchor The tag that an inline badge follows.
 */
export function createBadge(
  { label, position, theme }: Attributes,
  anchor: Element,
  style: BadgeStyle | undefined,
): Badge {
  const element = document.createElement('span');
  element.id = '_loc';
  // A browser without constructable style sheets shows the bare number.
  quietly(() => dress(element, label));
  Object.assign(element.dataset, position && { position }, theme && { theme });
  applyStyle(element, style);

  return {
    show({ status, total }) {
      if (total === undefined || status === 'closed') return element.remove();
      element.dataset['state'] = status;
      element.textContent = `${total}`;
      // Also where a page has put a new body in the place of the old one.
      if (element.isConnected) return;
      if (position === 'inline' && document.body?.contains(anchor)) anchor.after(element);
      else document.body?.append(element);
    },
  };
}

function dress(element: HTMLElement, label: string): void {
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
