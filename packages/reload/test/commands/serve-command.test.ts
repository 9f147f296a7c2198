import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { CommandReport } from '../../src/events.ts';
import { freePort } from '../../../../tests/helpers/free-port.ts';
import { connectPage, makeFolder, startReload } from '../helpers/reload-server.ts';

/** A backend that shows its source at its start, or fails. */
const BACKEND = `
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
const text = readFileSync('ROOT/text.txt', 'utf8');
if (text === 'fail') throw new Error('no backend');
createServer((request, response) => response.end(text)).listen(PORT, '127.0.0.1');
`;

async function start(text: string) {
  const port = await freePort();
  const { folder, write } = makeFolder({ 'text.txt': text, 'site.css': 'a{}' });
  write('backend.mjs', BACKEND.replaceAll('ROOT', folder).replace('PORT', String(port)));
  const started = await startReload(
    {},
    {
      folder,
      proxy: `http://127.0.0.1:${port}`,
      serveCommand: `"${process.execPath}" "${join(folder, 'backend.mjs')}"`,
    },
  );
  const reports: CommandReport[] = [];
  started.server.on('command', (report) => reports.push(report));
  await started.indexed;
  const get = async (): Promise<string> => (await fetch(started.url)).text();
  const shows = (expected: string): Promise<void> =>
    vi.waitFor(async () => expect(await get()).toBe(expected));
  return { ...started, folder, write, port, reports, shows, get };
}

describe('the command of the backend', () => {
  it('[R9] starts the backend, and publishes a change when the new one accepts connections', async () => {
    const { write, updates, shows, get, server, port } = await start('one');
    await shows('one');
    write('text.txt', 'two');
    await vi.waitFor(() => expect(updates.at(-1)?.files).toEqual(['text.txt']));
    expect(await get()).toBe('two');
    await server.close();
    const again = createServer().listen(port, '127.0.0.1');
    await once(again, 'listening');
    again.close();
  });

  it('[R9] a restart is one update', async () => {
    const { write, updates, shows, server } = await start('one');
    await shows('one');
    for (const text of ['two', 'three']) {
      updates.length = 0;
      write('text.txt', text);
      await vi.waitFor(() => expect(updates.length).toBeGreaterThan(0));
      await shows(text);
    }
    await server.close();
    expect(updates.map(({ files }) => files)).toEqual([['text.txt']]);
  });

  it('[R9] a stylesheet is published without a restart', async () => {
    const { write, updates, shows, reports } = await start('one');
    await shows('one');
    write('site.css', 'b{}');
    await vi.waitFor(() => expect(updates.at(-1)?.files).toEqual(['site.css']));
    expect(reports.filter(({ state }) => state === 'started').length).toBeLessThanOrEqual(1);
  });

  it('[R10] pages show why it has ended, until it accepts connections', async () => {
    const { write, shows, url, reports } = await start('fail');
    await vi.waitFor(() => expect(reports.at(-1)?.state).toBe('failed'));
    const page = await connectPage(url, { origin: url.replace('localhost', '127.0.0.1').slice(0, -1) });
    await vi.waitFor(() => expect(page.overlays[0]?.text).toContain('no backend'));
    expect(page.overlays[0]?.file).toMatch(/backend\.mjs$/);
    write('text.txt', 'two');
    await shows('two');
    await vi.waitFor(() => expect(page.overlays.at(-1)).toBe(null));
  });
});
