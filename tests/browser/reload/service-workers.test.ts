import type { Page } from 'playwright-core';
import { expect, it, vi } from 'vitest';
import { inChromiumFirst } from '../../helpers/browsers.ts';
import { makeFolder, openTab, startReload } from '../../helpers/reload-tool.ts';

/** How the workers of the tests answer. */
const ANSWERS = {
  forwards: 'fetch(event.request)',
  stores: `caches.match(event.request).then(async (stored) => {
    if (stored) return stored;
    const response = await fetch(event.request);
    const cache = await caches.open('v1');
    await cache.put(event.request, response.clone());
    return response;
  })`,
  remembers: `(async () => {
    if (!globalThis.known) globalThis.known = {};
    const { url } = event.request;
    known[url] ??= await fetch(url);
    return known[url].clone();
  })()`,
};

const pageOf = (text: string): string =>
  `<!doctype html><html><head><link rel="icon" href="data:,"><title>t</title></head><body><h1>${text}</h1><p></p>
  <script>navigator.serviceWorker.register('/sw.js')</script><script src="/app.js"></script></body></html>`;
const scriptOf = (text: string): string => `document.querySelector('p').textContent = '${text}';`;

/** A site with a worker, in a page that the worker controls. */
async function openControlled(context: Parameters<typeof openTab>[0], answer: string) {
  const { folder, write } = makeFolder({
    'index.html': pageOf('one'),
    'app.js': scriptOf('one'),
    'part.html': '<p>part</p>',
    'sw.js': `addEventListener('install', () => skipWaiting());
      addEventListener('activate', (event) => event.waitUntil(clients.claim()));
      addEventListener('fetch', (event) => event.respondWith(${answer}));`,
  });
  const tool = await startReload({ folder });
  const warnings: string[] = [];
  tool.server.on('warning', (text) => warnings.push(text));
  await tool.read;
  const { page } = await openTab(context, tool.url);
  const logged: string[] = [];
  page.on('console', (message) => logged.push(message.text()));
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page.reload();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  return { ...tool, page, write, warnings, logged };
}

const shown = async (page: Page): Promise<(string | null)[]> => [
  await page.textContent('h1'),
  await page.textContent('p'),
];

inChromiumFirst('service workers in $name', ({ getContext }) => {
  it('[R7] a page that comes through a worker contains the client, and a fragment does not', async () => {
    const { page, write } = await openControlled(await getContext(), ANSWERS.forwards);
    expect(await page.locator('script[src="/__live-online/client.js"]').count()).toBe(1);
    expect(await page.evaluate(() => fetch('/part.html').then((response) => response.text()))).toBe(
      '<p>part</p>',
    );
    write('app.js', scriptOf('two'));
    await vi.waitFor(async () => expect(await shown(page)).toEqual(['one', 'two']));
  });

  it('[R6] updates reach a page whose worker answers from its cache, and one warning names the worker', async () => {
    const { page, write, warnings, logged } = await openControlled(await getContext(), ANSWERS.stores);
    await page.reload();
    await vi.waitFor(() => expect(warnings).toEqual([expect.stringContaining('/sw.js')]));
    await vi.waitFor(() => expect(logged.filter((text) => text.includes('/sw.js'))).toHaveLength(1));
    write('app.js', scriptOf('two'));
    await vi.waitFor(async () => expect(await shown(page)).toEqual(['one', 'two']));
    write('index.html', pageOf('three'));
    await vi.waitFor(async () => expect(await shown(page)).toEqual(['three', 'two']));
    expect(warnings).toHaveLength(1);
    expect(logged.filter((text) => text.includes('answers from its cache'))).toHaveLength(1);
  });

  it('[R6] an update reaches a page whose worker keeps it in memory: it is loaded without the worker', async () => {
    const { page, write } = await openControlled(await getContext(), ANSWERS.remembers);
    write('app.js', scriptOf('two'));
    await vi.waitFor(async () => expect(await shown(page)).toEqual(['one', 'two']));
  });
});
