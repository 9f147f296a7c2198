import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startCounter } from '../helpers/counter.ts';
import { need } from '../helpers/needs.ts';

/** A loaded machine takes its time to prerender a page. */
const PATIENT = { timeout: 40_000 };

const START = `<!doctype html><title>Start</title>
  <script type="speculationrules">${JSON.stringify({
    prerender: [{ urls: ['/prerendered'], eagerness: 'immediate' }],
    prefetch: [{ urls: ['/prefetched'], eagerness: 'immediate' }],
  })}</script>
  <a href="/prerendered">Next</a>
  <script>fetch('/go').then(() => document.querySelector('a').click())</script>`;

/**
 * A site whose first page has another one prerendered, and a third one prefetched, both with the script tag. It goes to the
 * prerendered page after `go()`. `reports` has what was asked for and what the pages have reported.
 */
async function startSpeculativeSite(tag: string) {
  const reports: string[] = [];
  let go = (): void => {};
  const going = new Promise<void>((resolve) => (go = resolve));
  const next = `<!doctype html><title>Next</title>
    <script>
      fetch('/report?prerendering=' + document.prerendering);
      addEventListener('load', () => fetch('/report?loaded'));
      document.addEventListener('prerenderingchange', () => fetch('/report?shown'));
    </script>${tag}`;
  const server = createServer((request, response) => {
    const url = request.url!;
    reports.push(url);
    if (url === '/go') return void going.then(() => response.end());
    response.setHeader('Content-Type', 'text/html');
    response.end(url === '/' ? START : url.startsWith('/report') ? '' : next);
  });
  server.listen(0);
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    reports,
    go,
  };
}

describe('pages that Chromium loads before they are shown', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: need('Chromium'),
      // With Playwright's flags, Chromium prerenders no page.
      ignoreDefaultArgs: true,
      args: ['--headless', '--no-sandbox', '--no-first-run', '--disable-gpu', '--remote-debugging-pipe'],
    });
  });
  afterAll(() => browser?.close());

  /** Opens a site in a tab of its own. Chromium may decide not to prerender: then another one is opened. */
  async function openPrerendering(tag: string): ReturnType<typeof startSpeculativeSite> {
    const session = await browser.newBrowserCDPSession();
    for (let attempt = 1; ; attempt++) {
      const site = await startSpeculativeSite(tag);
      const { browserContextId } = await session.send('Target.createBrowserContext');
      const close = async (): Promise<void> =>
        void (await session.send('Target.disposeBrowserContext', { browserContextId }));
      // Not by a page of Playwright, because Chromium prerenders nothing for a page with a debugger.
      await session.send('Target.createTarget', { url: site.url, browserContextId });
      try {
        await vi.waitFor(() => {
          for (const report of ['/prefetched', '/report?prerendering=true', '/report?loaded'])
            expect(site.reports).toContain(report);
        }, 5_000);
        onTestFinished(close);
        return site;
      } catch (error) {
        await close();
        if (attempt === 8) throw error;
      }
    }
  }

  it.each(['', 'data-count="people" data-scope="page"'])(
    '[W4] a prefetched and a prerendered page are not counted before they are shown (%s)',
    async (attributes) => {
      const { counter, url } = await startCounter({ countBots: true });
      const site = await openPrerendering(`<script async src="${url}" ${attributes}></script>`);
      await vi.waitFor(() => expect(counter.count('localhost')).toEqual({ people: 0, tabs: 0 }));
      const { connections } = counter.stats();
      site.go();
      await vi.waitFor(() => expect(site.reports).toContain('/report?shown'), PATIENT);
      await vi.waitFor(() => expect(counter.count('localhost')).toEqual({ people: 1, tabs: 1 }), PATIENT);
      // Shown from what was prerendered, and not loaded again.
      expect(site.reports.filter((report) => report === '/prerendered')).toHaveLength(1);
      expect(counter.stats().connections).toBe(connections + 1);
    },
  );
});
