import type { CounterState } from '../client/state.ts';
import type { Attributes } from './attributes.ts';
import type { LocWidgetStyle } from '../loc-widget.ts';
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
  style: LocWidgetStyle | undefined,
): Badge {
  const element = document.createElement('span');
  element.id = '_loc';
  dress(element, label);
  Object.assign(element.dataset, position && { position }, theme && { theme });
  if (typeof style === 'string') element.style.cssText = style;
  else for (const [name, value] of Object.entries(style ?? {})) setProperty(element.style, name, `${value}`);

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
  // Where a browser has no constructable style sheets, the bare number is the look.
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

function setProperty(style: CSSStyleDeclaration, name: string, value: string): void {
  if (name in style) style[name as 'color'] = value;
  else style.setProperty(name, value);
}
