import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as rest } from 'node:timers/promises';
import { createLoginLink } from '../../packages/server/dist/index.js';
import { launchBrowser } from '../reload/page.mjs';
import { SERVERS } from './schedule.mjs';
import { ADMIN_TOKEN } from './world.mjs';

/** A page whose server was away tries again after up to 30 s. */
const EXACT_WITHIN_MS = 90_000;
const POLL_MS = 500;
const LOOK_TIMEOUT_MS = 2_000;
const BADGE = '#_loc';

/**
 * Opens real pages: one with the script tag of each server, and the dashboard of the first server.
 *
 * @param {Record<string, import('./server-process.mjs').ServerProcess>} servers
 */
export async function openPages(servers) {
  const problems = [];
  const site = createServer((request, response) => {
    const server = servers[request.url.slice(1)];
    response.writeHead(server === undefined ? 404 : 200, { 'Content-Type': 'text/html' });
    response.end(
      server && `<!doctype html><title>soak</title><body><script async src="${server.url}"></script>`,
    );
  }).listen(0, '127.0.0.1');
  await once(site, 'listening');
  const origin = `http://127.0.0.1:${site.address().port}`;
  const browser = await launchBrowser();
  // Servers do not count headless browsers.
  const context = await browser.newContext({
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0 Safari/537.36',
  });
  const widgets = [];
  for (const name of SERVERS) {
    const page = await context.newPage();
    page.on('pageerror', ({ message }) => problems.push(`the page of ${name}: ${message}`));
    await page.goto(`${origin}/${name}`);
    widgets.push(page);
  }
  const dashboard = await context.newPage();
  dashboard.on('pageerror', ({ message }) => problems.push(`the dashboard: ${message}`));
  await dashboard.goto(createLoginLink(servers.a.url, ADMIN_TOKEN));
  await dashboard.goto(`${servers.a.url}dashboard/`);

  return {
    problems,
    /** Waits until each page shows the number of pages, and the dashboard the number of clients. Returns what they show. */
    async exact(clients) {
      const until = performance.now() + EXACT_WITHIN_MS;
      const wanted = String(widgets.length);
      for (;;) {
        const badges = await Promise.all(widgets.map((page) => textOf(page, BADGE)));
        const rows = (await textOf(dashboard, 'body')) ?? '';
        const hasClients = rows.includes(clients.toLocaleString('en-US'));
        const isExact = badges.every((text) => text === wanted) && hasClients;
        if (isExact || performance.now() > until) return { isExact, badges, dashboard: hasClients };
        await rest(POLL_MS);
      }
    },
    async close() {
      await browser.close();
      site.closeAllConnections();
      site.close();
    },
  };
}

/** @returns {Promise<string | undefined>} Undefined if the page does not have it yet. */
function textOf(page, selector) {
  const options = { timeout: LOOK_TIMEOUT_MS };
  return page
    .locator(selector)
    .textContent(options)
    .then((text) => text ?? undefined)
    .catch(() => undefined);
}

/** Draws an SVG image as a PNG file. */
export async function drawPng(svg, path) {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ deviceScaleFactor: 2 });
    await page.setContent(`<style>body { margin: 0 }</style>${svg}`);
    await page.locator('svg').screenshot({ path });
  } finally {
    await browser.close();
  }
}
