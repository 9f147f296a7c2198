import { once } from 'node:events';
import { createServer } from 'node:http';
import { createCounterServer } from '@live-online/server';
import { readNumbers } from '../lib/options.mjs';
import { median, round } from '../lib/stats.mjs';
import { millis, table } from '../lib/table.mjs';
import { absoluteFigure, allReached, verdictTable } from '../lib/verdicts.mjs';
import { launchBrowser } from '../reload/page.mjs';
import { isLive, readSteps, trace } from './page.mjs';
import { openSlowLink } from './slow-link.mjs';

const LIMITS = { cold: 260, warm: 150 };
const STEPS = ['script asked', 'script arrived', 'first total', 'socket opened', 'own total'];

/** How long a visitor waits for the first number of the script tag, at a distance from the server. */
export async function firstTotal({ args, signal, out }) {
  const { rounds, rtt: roundTripMs } = readNumbers(args, { rounds: 9, rtt: 100 });
  out(
    `The script tag at a round trip of ${roundTripMs} ms, ${rounds} rounds, medians from the request of the script.\n`,
  );
  // A headless browser names itself as one, and would not be counted.
  const counter = createCounterServer({ port: 0, host: '127.0.0.1', countBots: true });
  const { port } = await counter.listen();
  const link = await openSlowLink(port, roundTripMs);
  const site = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' });
    response.end(`<!doctype html><body><script async src="http://127.0.0.1:${link.port}/"></script>`);
  });
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  const browser = await launchBrowser();
  try {
    const runs = { cold: [], warm: [] };
    for (let number = 0; number < rounds; number++) {
      signal.throwIfAborted();
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.addInitScript(trace);
      const url = `http://127.0.0.1:${site.address().port}/`;
      for (const kind of Object.keys(LIMITS)) {
        await page.goto(`${url}?${kind}`);
        await page.waitForFunction(isLive, undefined, { timeout: 30_000 });
        runs[kind].push(await page.evaluate(readSteps));
      }
      await context.close();
    }
    const of = (kind, step) => runs[kind].map((steps) => steps[step]);
    const kinds = Object.keys(LIMITS);
    const row = (step) => [step, ...kinds.map((kind) => millis(median(of(kind, step))))];
    out(table([['', ...kinds], ...STEPS.map(row)]));
    const figures = Object.entries(LIMITS).map(([kind, limit]) =>
      absoluteFigure({ name: `first total, ${kind}`, limit, unit: 'ms' }, of(kind, 'first total')),
    );
    out(`\n${verdictTable(figures)}\n`);
    const medians = (kind) =>
      Object.fromEntries(STEPS.map((step) => [step, round(median(of(kind, step)), 1)]));
    return {
      suite: 'first-total',
      rounds,
      roundTripMs,
      cold: medians('cold'),
      warm: medians('warm'),
      figures,
      pass: allReached(figures),
    };
  } finally {
    await browser.close();
    link.close();
    site.closeAllConnections();
    site.close();
    await counter.close();
  }
}
