import { createLiveBadge, readLiveBadgeLook } from './live-badge.ts';

/** The page `v1/sites/SITE/badge.html`: shows the number of a site, and every change of it. */
const query = new URLSearchParams(location.search);
const badge = createLiveBadge(readLiveBadgeLook(query));
const main = document.querySelector('main')!;
const field = query.get('count') === 'tabs' ? 'tabs' : 'people';

/** How long the last number stays without a connection, in ms. A server that restarts is back by then. */
const OFFLINE_AFTER_MS = 30_000;
let offlineTimer: ReturnType<typeof setTimeout> | undefined;
let last: number | undefined;

function show(number: number | undefined, stale: boolean): void {
  last = number;
  badge.show(number, stale);
  document.title = badge.element.textContent;
  // The frame is empty until there is something to show.
  if (!badge.element.isConnected) main.append(badge.element);
}

// An EventSource connects again by itself.
const events = new EventSource('events');
events.addEventListener('total', ({ data }: MessageEvent<string>) => {
  clearTimeout(offlineTimer);
  offlineTimer = undefined;
  const { stale, ...numbers } = JSON.parse(data) as { people: number; tabs: number; stale: boolean };
  show(numbers[field], stale);
});
events.addEventListener('error', () => {
  if (last !== undefined) show(last, true);
  offlineTimer ??= setTimeout(() => show(undefined, true), OFFLINE_AFTER_MS);
});
