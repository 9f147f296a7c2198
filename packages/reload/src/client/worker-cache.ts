import { readItem, writeItem } from './scroll-position.ts';

const SHOWN_PAGES = 'live-online-reload-pages';
const WARNED = 'live-online-reload-worker';
const UNREGISTERED = 'live-online-reload-unregistered';
/** How many documents of a tab are remembered. */
const MAX_SHOWN = 50;
/** How long a page waits for the browser to delete stored responses, in ms. */
const DELETE_TIMEOUT_MS = 2_000;
const MAX_PATH_LENGTH = 200;

/**
 * The path of the service worker that has answered with a stored copy of this document, if one has. The server gives each
 * document that it sends an id, so a tab that shows an id again shows a copy. Without a worker, and when the user goes back, the
 * copy is that of the browser.
 *
 * @param page the id of the document.
 */
export function findCachingWorker(page: string | undefined): string | undefined {
  const shown = readList();
  const isCopy = page !== undefined && shown.includes(page);
  if (page !== undefined && !isCopy)
    writeItem(SHOWN_PAGES, JSON.stringify([...shown, page].slice(-MAX_SHOWN)));
  const worker = controller();
  if (!isCopy || !worker || navigationType() === 'back_forward') return undefined;
  const path = new URL(worker.scriptURL).pathname.slice(0, MAX_PATH_LENGTH);
  if (readItem(WARNED) !== path) {
    writeItem(WARNED, path);
    // eslint-disable-next-line no-console -- it is for the developer of the page
    console.warn(
      `[live-online-reload] The service worker ${path} answers from its cache. Before each update, this page deletes what the worker has stored of it. To see every change at once, do not register the worker in development.`,
    );
  }
  return path;
}

/** Deletes what a service worker may have stored of this page, so that it has to request the new version. */
export async function deleteStored(): Promise<void> {
  if (!controller()) return;
  const used = new Set(
    [location.href, ...performance.getEntriesByType('resource').map(({ name }) => name)].map(pathOf),
  );
  for (const path of used) if (path.endsWith('/')) used.add(`${path}index.html`);
  await within(deleteFromCaches((url) => used.has(pathOf(url))));
}

/**
 * Loads the page again without its service worker, once: it has answered with an old copy of the whole page although none is
 * stored under its address. The new page may register the worker again.
 */
export async function bypassWorker(page: string | undefined, reload: () => void): Promise<void> {
  if (!controller() || page === undefined || readItem(UNREGISTERED) === page) return;
  writeItem(UNREGISTERED, page);
  await within(
    Promise.all([
      deleteFromCaches(() => true),
      navigator.serviceWorker
        .getRegistrations()
        .then((all) => Promise.all(all.map((one) => one.unregister()))),
    ]),
  );
  reload();
}

/** Service workers exist only where a page is from this machine or uses HTTPS. */
function controller(): ServiceWorker | undefined {
  return 'serviceWorker' in navigator ? (navigator.serviceWorker.controller ?? undefined) : undefined;
}

async function deleteFromCaches(matches: (url: string) => boolean): Promise<void> {
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    const stored = (await cache.keys()).filter(
      ({ url }) => url.startsWith(`${location.origin}/`) && matches(url),
    );
    await Promise.all(stored.map((request) => cache.delete(request, { ignoreVary: true })));
  }
}

/** A browser without storage, or one that is slow, must not keep a page from its update. */
async function within(task: Promise<unknown>): Promise<void> {
  await Promise.race([
    task.catch(() => {}),
    new Promise((resolve) => setTimeout(resolve, DELETE_TIMEOUT_MS)),
  ]);
}

function pathOf(url: string): string {
  return new URL(url, location.href).pathname;
}

function navigationType(): string | undefined {
  const [entry] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return entry?.type;
}

function readList(): string[] {
  try {
    const list: unknown = JSON.parse(readItem(SHOWN_PAGES) ?? '[]');
    return Array.isArray(list) ? list.map(String) : [];
  } catch {
    return [];
  }
}
