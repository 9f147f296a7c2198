import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createReloadServer } from '../../src/create-reload-server.ts';
import { asDocument } from '../helpers/backend.ts';
import { connectPage, makeFolder, startReload } from '../helpers/reload-server.ts';

/** A loop is known after three pauses, of 7 s together. */
const TRIALS = { timeout: 30_000 };

/** A backend that writes files in `folder` at each request of a page. */
async function startWritingBackend(folder: string): Promise<string> {
  let requests = 0;
  const backend = createServer((_request, response) => {
    requests++;
    appendFileSync(join(folder, 'debug.log'), `request ${requests}\n`);
    writeFileSync(join(folder, 'db.sqlite-journal'), 'x');
    writeFileSync(join(folder, 'db.sqlite'), `row ${requests}`);
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>x</title><p>hello');
  });
  return `http://127.0.0.1:${await listen(backend)}`;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A page that loads itself again when it is asked to, as a browser does. */
async function openPage(url: string): Promise<{ reloads: () => number }> {
  let reloads = 0;
  const load = async (): Promise<void> => void (await (await fetch(url, { headers: asDocument })).text());
  await load();
  const { socket, ok } = await connectPage(url, { origin: `http://127.0.0.1:${new URL(url).port}` });
  expect(ok).toBe(true);
  socket.on('update', ({ action }) => {
    if (action !== 'reload') return;
    reloads++;
    void load().catch(() => {});
  });
  return { reloads: () => reloads };
}

describe('a backend that writes into the watched folder at each request', () => {
  it(
    '[R11] causes few reloads, and each file is set aside with one warning',
    { timeout: 60_000 },
    async () => {
      const { folder, write } = makeFolder({ 'index.php': 'one', 'debug.log': '', 'db.sqlite': '' });
      const { url, warnings, updates, indexed } = await startReload(
        {},
        { folder, proxy: await startWritingBackend(folder) },
      );
      await indexed;
      const page = await openPage(url);
      const ignored = (): string[] =>
        warnings.map((text) => /--ignore '(.*)'/.exec(text)?.[1] ?? text).sort();
      write('index.php', 'two');
      await vi.waitFor(() => expect(ignored()).toEqual(['db.sqlite', 'debug.log']), TRIALS);
      expect(page.reloads()).toBeLessThan(12);
      // What is saved last is reported last, and nothing comes in between.
      const saved = ['a.php', 'b.php', 'c.php'];
      for (const name of saved) {
        write(name, 'x');
        await vi.waitFor(() => expect(updates.at(-1)?.files).toEqual([name]));
      }
      expect(updates.slice(-3).map(({ files }) => files)).toEqual(saved.map((name) => [name]));
      expect(ignored()).toHaveLength(2);
    },
  );

  it(
    '[R11] a file that a host writes is set aside, too, and runs no command',
    { timeout: 60_000 },
    async () => {
      const { folder, write } = makeFolder({ 'index.js': 'one', 'debug.log': '' });
      const warnings: string[] = [];
      const runs = makeFolder({ log: '' }).folder;
      const reload = createReloadServer({
        watch: [folder],
        cacheFolder: makeFolder().folder,
        exec: [{ command: `echo run >> "${join(runs, 'log')}"` }],
      });
      reload.on('warning', (text) => warnings.push(text));
      onTestFinished(() => reload.close());
      const middleware = reload.middleware();
      const host = createServer((request, response) =>
        middleware(request, response, () => {
          appendFileSync(join(folder, 'debug.log'), 'request\n');
          response.setHeader('Content-Type', 'text/html').end('<!doctype html><p>hello');
        }),
      );
      const url = `http://localhost:${await listen(host)}`;
      await reload.ready();
      await openPage(url);
      write('index.js', 'two');
      const runCount = (): number => readFileSync(join(runs, 'log'), 'utf8').split('\n').length - 1;
      const isIgnored = [expect.stringContaining("--ignore 'debug.log'")];
      await vi.waitFor(() => expect(warnings).toEqual(isIgnored), TRIALS);
      expect(runCount()).toBeGreaterThan(1);
      expect(runCount()).toBeLessThan(12);
      // A request writes the file, and a save runs the command.
      const before = runCount();
      await (await fetch(url, { headers: asDocument })).text();
      write('index.js', 'three');
      await vi.waitFor(() => expect(runCount()).toBeGreaterThan(before));
    },
  );

  it('[R11] a file that pages request is never set aside, however fast it is saved', async () => {
    const { folder, write } = makeFolder({ 'index.html': '<p>0' });
    const { url, warnings, updates, indexed } = await startReload({}, { folder, reloadOnly: true });
    await indexed;
    const page = await openPage(url);
    for (let save = 1; save <= 12; save++) {
      write('index.html', `<p>${save}`);
      await vi.waitFor(() => expect(page.reloads()).toBe(save));
    }
    expect(updates).toHaveLength(12);
    expect(warnings).toEqual([]);
  });
});
