import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { median, round } from '../lib/stats.mjs';
import { now, openPage } from './page.mjs';
import { freePort, proxySide, sides, startSide } from './sides.mjs';

const ROUNDS = 15;
/** How long a server stays away, in ms: long enough for pages to notice. */
const AWAY_MS = 500;
/** How long the backend takes to stream a page, in ms: a proxy that waits for the end shows this delay. */
const STREAM_MS = 60;

const html = (text) =>
  `<!doctype html><html><head><title>Bench</title></head><body><h1 id="text">${text}</h1>`;

/** How much later the first byte of a streamed page arrives through the proxy, in ms (median). */
export async function measureFirstByte(signal) {
  const backend = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' });
    response.write(html('start'));
    setTimeout(() => response.end('</body></html>'), STREAM_MS);
  }).listen(0, '127.0.0.1');
  await once(backend, 'listening');
  const target = `http://127.0.0.1:${backend.address().port}/`;
  const folder = mkdtempSync(join(tmpdir(), 'live-online-bench-'));
  const server = await startSide(proxySide(target), folder, signal);
  try {
    const [direct, through] = [[], []];
    for (let index = 0; index < ROUNDS * 2; index++) {
      direct.push(await firstByte(target));
      through.push(await firstByte(server.url));
    }
    return round(median(through) - median(direct), 1);
  } finally {
    await server.end();
    backend.close();
    remove(folder);
  }
}

/** How long after a server is back with other content a page starts to reload, in ms (median). */
export async function measureReturn(browser, signal) {
  const folder = mkdtempSync(join(tmpdir(), 'live-online-bench-'));
  writeFileSync(join(folder, 'index.html'), html('start'));
  const port = await freePort();
  let server = await startSide(sides[0], folder, signal, port);
  const page = await openPage(browser, server.url);
  try {
    const figures = [];
    for (let index = 0; index < ROUNDS; index++) {
      await rest(AWAY_MS, undefined, { signal });
      await server.end();
      writeFileSync(join(folder, 'index.html'), html(`back ${index}`));
      await rest(AWAY_MS, undefined, { signal });
      server = await startSide(sides[0], folder, signal, port);
      const answered = now();
      const shown = await page.saw('text', `back ${index}`, 0);
      if (shown === undefined) throw new Error('the page did not notice the return');
      figures.push((await page.page.evaluate(() => performance.timeOrigin)) - answered);
    }
    return round(median(figures));
  } finally {
    await page.close();
    await server.end();
    remove(folder);
  }
}

function firstByte(url) {
  const since = performance.now();
  return new Promise((resolve, reject) => {
    request(url, { agent: false, headers: { Accept: 'text/html' } }, (response) => {
      response.once('data', () => resolve(performance.now() - since));
      response.resume();
    })
      .on('error', reject)
      .end();
  });
}

function remove(folder) {
  for (const path of [folder, `${folder}-cache`]) rmSync(path, { recursive: true, force: true });
}
