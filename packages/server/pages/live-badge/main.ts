import { createLiveBadge, readLiveBadgeLook } from './live-badge.ts';

/** The page `v1/sites/SITE/badge.html`: shows the number of a site, and every change of it. */
const query = new URLSearchParams(location.search);
const badge = createLiveBadge(readLiveBadgeLook(query));
document.body.append(badge.element);
const field = query.get('count') === 'tabs' ? 'tabs' : 'people';

/** How long the last number stays without a connection, in ms. A server that restarts is back by then. */
const OFFLINE_AFTER_MS = 30_000;
let offlineTimer: ReturnType<typeof setTimeout> | undefined;
let last: number | undefined;

// An EventSource connects again by itself.
const events = new EventSource('events');
events.addEventListener('total', ({ data }: MessageEvent<string>) => {
  clearTimeout(offlineTimer);
  offlineTimer = undefined;
  const { stale, ...numbers } = JSON.parse(data) as { people: number; tabs: number; stale: boolean };
  last = numbers[field];
  badge.show(last, stale);
});
events.addEventListener('error', () => {
  if (last !== undefined) badge.show(last, true);
  offlineTimer ??= setTimeout(() => badge.show((last = undefined), true), OFFLINE_AFTER_MS);
});
