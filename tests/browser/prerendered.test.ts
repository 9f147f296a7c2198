import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
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

/** Opens a page in a Chromium of its own, without Playwright: Chromium prerenders nothing while a debugger is attached to the page. */
async function openInChromium(url: string): Promise<void> {
  const profile = await mkdtemp(join(tmpdir(), 'live-online-prerendered-'));
  const flags = [
    '--headless',
    '--no-sandbox',
    '--no-first-run',
    '--disable-gpu',
    `--user-data-dir=${profile}`,
  ];
  const chromium = spawn(need('Chromium'), [...flags, url], { stdio: 'ignore' });
  const exited = once(chromium, 'exit');
  onTestFinished(async () => {
    chromium.kill();
    await exited;
    await rm(profile, { recursive: true, force: true, maxRetries: 10 });
  });
}

describe('pages that Chromium loads before they are shown', () => {
  it.each(['', 'data-count="people" data-scope="page"'])(
    '[W4] a prefetched and a prerendered page are not counted before they are shown (%s)',
    async (attributes) => {
      const { counter, url } = await startCounter({ countBots: true });
      const site = await startSpeculativeSite(`<script async src="${url}" ${attributes}></script>`);
      await openInChromium(site.url);
      await vi.waitFor(() => {
        for (const report of ['/prefetched', '/report?prerendering=true', '/report?loaded'])
          expect(site.reports).toContain(report);
      }, PATIENT);
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
