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
    const link = target.closest('a[href]');
    if (link && !event.defaultPrevented && !staysOnPage(link)) return;
    send({ target: selectorOf(target) });
  });
  return ({ target }) => {
    const element = findTarget(target);
    if (!element || element.closest(NOT_CLICKED)) return;
    // A link without a script would leave the page.
    const link = element.closest('a[href]');
    if (link && !staysOnPage(link)) {
      const stay = (event: Event): void => event.preventDefault();
      addEventListener('click', stay, { once: true });
      element.click();
      removeEventListener('click', stay);
    } else element.click();
  };
};

/** Whether a link leads to a place in this page, as those of routers with a hash do. */
function staysOnPage(link: Element): boolean {
  if (!(link instanceof HTMLAnchorElement) || !link.hash || link.target === '_blank') return false;
  const { origin, pathname, search } = location;
  return link.origin === origin && link.pathname === pathname && link.search === search;
}
