import type { Part } from './part.ts';
import { findTarget, selectorOf } from './target.ts';

/** Fields have messages of their own. A form is only sent on the device on which it was filled in. */
const NOT_CLICKED = 'input, textarea, select, option, label, button[type=submit], form button:not([type])';

export const syncClicks: Part = (send) => {
  addEventListener('click', (event) => {
    // Only clicks of the user: those that this script makes would come back.
    const target = event.target;
    if (!event.isTrusted || event.button !== 0 || !(target instanceof Element)) return;
    if (target.closest(NOT_CLICKED)) return;
    // The other devices follow the new page.
    if (target.closest('a[href]') && !event.defaultPrevented) return;
    send({ target: selectorOf(target) });
  });
  return ({ target }) => {
    const element = findTarget(target);
    if (!element || element.closest(NOT_CLICKED)) return;
    // A link without a script would leave the page.
    if (element.closest('a[href]')) {
      const stay = (event: Event): void => event.preventDefault();
      addEventListener('click', stay, { once: true });
      element.click();
      removeEventListener('click', stay);
    } else element.click();
  };
};
