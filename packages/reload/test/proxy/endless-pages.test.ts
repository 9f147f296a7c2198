import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import express from 'express';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createReloadServer } from '../../src/create-reload-server.ts';
import { asDocument, sendRequest, readAll, startBackend } from '../helpers/backend.ts';
import { makeFolder, startReload } from '../helpers/reload-server.ts';

const ENDLESS = { comment: '<!doctype html><!-- ', title: '<title>', tag: '<html class="' };
const TOTAL_BYTES = 32 << 20;
/** The look-ahead, and what the system buffers for two connections (7 MB measured). The whole page is larger. */
const MOST_WAITING_BYTES = 16 << 20;
const CHUNK = Buffer.alloc(256 << 10, 'x');

/** Sends pages with an endless token, and counts their bytes. */
function startEndless() {
  const written = { bytes: 0 };
  async function sendEndless(beginning: string, response: ServerResponse): Promise<void> {
    written.bytes = beginning.length;
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
    response.write(beginning);
    // One listener for all chunks: the one that loses a race stays.
    const closed = once(response, 'close');
    while (written.bytes < TOTAL_BYTES && !response.destroyed) {
      written.bytes += CHUNK.length;
      if (!response.write(CHUNK)) await Promise.race([once(response, 'drain'), closed]);
    }
    response.end();
  }
  return { written, sendEndless };
}

/** Reads a page. Returns its first bytes, and the maximum that was buffered on the way. */
async function readEndless(port: number, path: string, written: { bytes: number }) {
  const sent = request({ host: '127.0.0.1', port, path, agent: false, headers: asDocument }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let start = '';
  let read = 0;
  let waiting = 0;
  for await (const chunk of response) {
    if (start.length < 100) start += String(chunk).slice(0, 100);
    read += (chunk as Buffer).length;
    waiting = Math.max(waiting, written.bytes - read);
  }
  return { start, read, waiting };
}

/** The longest time that other requests wait meanwhile, in ms. */
function watchOthers(port: number, path: string) {
  let worst = 0;
  let active = true;
  const done = (async () => {
    while (active) {
      await setTimeout(20);
      const start = performance.now();
      await readAll(await sendRequest(port, path));
      worst = Math.max(worst, performance.now() - start);
    }
  })();
  return async () => {
    active = false;
    await done;
    return worst;
  };
}

describe('a page with an endless token', () => {
  it("[R7] [SEC74] a backend's page with an endless comment, title or tag is forwarded", async () => {
    const { written, sendEndless } = startEndless();
    const { port, warnings } = await startBackend((request, response) => {
      const beginning = ENDLESS[request.url!.slice(1) as keyof typeof ENDLESS];
      if (beginning) return void sendEndless(beginning, response);
      response.end('other');
    });
    for (const [what, beginning] of Object.entries(ENDLESS)) {
      const othersWaited = watchOthers(port, '/other');
      const { start, read, waiting } = await readEndless(port, `/${what}`, written);
      expect(start.startsWith(beginning)).toBe(true);
      expect(read).toBe(written.bytes);
      expect(waiting).toBeLessThan(MOST_WAITING_BYTES);
      expect(await othersWaited()).toBeLessThan(3_000);
    }
    await vi.waitFor(() => expect(warnings).toHaveLength(3));
    for (const what of Object.keys(ENDLESS)) {
      const text = `/${what} is served without live reload: a comment, a text or a tag of more than 1 MB`;
      expect(warnings).toContainEqual(expect.stringContaining(text));
    }
    // The warning is not repeated.
    await readEndless(port, '/title', written);
    expect(warnings).toHaveLength(3);
  });

  it("[R7] a host app's page with an endless comment, title or tag is sent", async () => {
    const { written, sendEndless } = startEndless();
    const reload = createReloadServer({ watch: [makeFolder().folder], cacheFolder: makeFolder().folder });
    onTestFinished(() => reload.close());
    const warnings: string[] = [];
    reload.on('warning', (text) => warnings.push(text));
    const app = express();
    app.use(reload.middleware());
    app.get('/:what', ({ params }, response) =>
      sendEndless(ENDLESS[params.what as keyof typeof ENDLESS], response),
    );
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    for (const what of Object.keys(ENDLESS)) {
      const { read, waiting } = await readEndless(port, `/${what}`, written);
      expect(read).toBe(written.bytes);
      expect(waiting).toBeLessThan(MOST_WAITING_BYTES);
    }
    await vi.waitFor(() => expect(warnings).toHaveLength(3));
  });

  it('[R7] a file with an endless comment, title or tag is sent', async () => {
    const rest = 'x'.repeat(3 << 20);
    const pages = Object.fromEntries(
      Object.entries(ENDLESS).map(([what, beginning]) => [`${what}.html`, beginning + rest]),
    );
    const { port, warnings } = await startReload(pages);
    for (const [name, html] of Object.entries(pages)) {
      const body = await readAll(await sendRequest(port, `/${name}`, { headers: asDocument }));
      expect(body.equals(Buffer.from(html))).toBe(true);
    }
    await vi.waitFor(() => expect(warnings).toHaveLength(3));
  });
});
