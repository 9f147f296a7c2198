import { followSite } from './follow-site.ts';
import { createLiveBadge, readLiveBadgeLook } from './live-badge.ts';

/** How long the last number stays without a connection, in ms. A server that restarts is back by then. */
const OFFLINE_AFTER_MS = 90_000;

/** The page `v1/sites/SITE/badge.html`: shows the number of a site, and every change of it. */
const query = new URLSearchParams(location.search);
const badge = createLiveBadge(readLiveBadgeLook(query));
const main = document.querySelector('main')!;
const field = query.get('count') === 'tabs' ? 'tabs' : 'people';
let offlineTimer: ReturnType<typeof setTimeout> | undefined;
let last: number | undefined;

function show(number: number | undefined, stale: boolean): void {
  last = number;
  badge.show(number, stale);
  document.title = badge.element.textContent;
  // The frame is empty until there is something to show.
  if (!badge.element.isConnected) main.append(badge.element);
}

followSite(
  new URL('.', location.href).href.slice(0, -1),
  ({ stale, ...numbers }) => {
    clearTimeout(offlineTimer);
    offlineTimer = undefined;
    show(numbers[field], stale);
  },
  () => {
    if (last !== undefined) show(last, true);
    offlineTimer ??= setTimeout(() => show(undefined, true), OFFLINE_AFTER_MS);
  },
);
