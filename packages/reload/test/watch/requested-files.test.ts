import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { asDocument } from '../helpers/backend.ts';
import { connectPage, startReload } from '../helpers/reload-server.ts';
import { watchByFakeClock } from '../helpers/watched-files.ts';

type Started = Awaited<ReturnType<typeof startReload>>;

/** Opens a page like a browser: with the id of the document that it was given. */
async function openPage({ url }: Started, path = '/') {
  const html = await (await fetch(new URL(path, url), { headers: asDocument })).text();
  const page = /data-page="([\w-]+)"/.exec(html)![1]!;
  const script = await (await fetch(new URL('/__live-online/client.js', url))).text();
  const token = /"token":"([\w-]+)"/.exec(script)![1]!;
  return connectPage(url, { auth: { v: 1, token, page }, origin: `http://127.0.0.1:${new URL(url).port}` });
}

async function get({ url }: Started, path: string): Promise<number> {
  const response = await fetch(new URL(path, url));
  await response.arrayBuffer();
  return response.status;
}

describe('a file that a page has requested before it exists', () => {
  it.each([
    ['in a folder that does not exist', []],
    ['in a folder that exists', ['dist/other.js']],
  ])('[R3] is watched although git ignores it, %s', async (_where, built) => {
    const started = await startReload({ '.gitignore': 'dist/\n', 'index.html': '<p>' });
    const { folder, write, updates } = started;
    for (const name of built) write(name, 'x');
    const files = (): string[][] => updates.map((update) => update.files);
    expect(await get(started, '/dist/o.css')).toBe(404);
    write('dist/o.css', 'a{}');
    await vi.waitFor(() => expect(files()).toEqual([['dist/o.css']]));
    expect(await get(started, '/dist/o.css')).toBe(200);
    write('dist/o.css', 'a{color:red}');
    await vi.waitFor(() => expect(files()).toEqual([['dist/o.css'], ['dist/o.css']]));
    rmSync(join(folder, 'dist'), { recursive: true });
    await vi.waitFor(() => expect(files()).toHaveLength(3));
    write('dist/o.css', 'b{}');
    await vi.waitFor(() => expect(files()).toHaveLength(4));
    write('dist/not-requested.css', 'b{}');
    write('index.html', '<p>last');
    await vi.waitFor(() => expect(files().at(-1)).toEqual(['index.html']));
    expect(files()).toHaveLength(5);
  });

  it('[R3] is not watched if --ignore names it', async () => {
    const started = await startReload({ 'index.html': '<p>' }, { ignore: ['out/**', 'data.json'] });
    const { write, updates } = started;
    for (const name of ['/out/o.css', '/data.json']) expect(await get(started, name)).toBe(404);
    write('out/o.css', 'a{}');
    write('data.json', '{}');
    expect(await get(started, '/data.json')).toBe(200);
    write('data.json', '{"a":1}');
    write('index.html', '<p>last');
    await vi.waitFor(() => expect(updates.map(({ files }) => files)).toEqual([['index.html']]));
  });

  it('[R3] of which there may be a thousand', async () => {
    const { content, at } = await watchByFakeClock({ '.gitignore': '*.css\n' });
    for (let index = 0; index <= 1_000; index++) content.awaitFile(at(`${index}.css`));
    expect(content.isWatched(at('999.css'))).toBe(true);
    expect(content.isWatched(at('1000.css'))).toBe(false);
  });
});

describe('a served folder with an open page', () => {
  it('[R4] nothing happens for files that it has not requested, and the event says why', async () => {
    const files = { 'index.html': '<p>hello', 'used.js': '1', 'README.md': 'x', 'page.html': '<p>' };
    const started = await startReload(files);
    const { server, write, updates } = started;
    await started.indexed;
    const skipped: unknown[] = [];
    server.on('skipped', (report) => skipped.push(report));
    const page = await openPage(started);
    await get(started, '/used.js');
    await get(started, '/missing.js');
    const reason = 'no open page has requested it';
    write('README.md', 'longer');
    await vi.waitFor(() => expect(skipped.length + page.updates.length).toBeGreaterThan(0));
    expect(page.updates).toEqual([]);
    await vi.waitFor(() => expect(skipped).toEqual([{ files: ['README.md'], reason }]));
    write('new.js', 'x');
    await vi.waitFor(() => expect(skipped).toHaveLength(2));
    write('page.html', '<p>longer');
    await vi.waitFor(() => expect(skipped).toHaveLength(3));
    expect([page.updates, updates]).toEqual([[], []]);
    write('used.js', '123');
    await vi.waitFor(() => expect(page.updates).toMatchObject([{ action: 'reload' }]));
    write('missing.js', 'x');
    await vi.waitFor(() => expect(page.updates).toHaveLength(2));
    expect(updates.map((update) => update.files)).toEqual([['used.js'], ['missing.js']]);
  });

  it.each([
    ['a list of files', '/sub/', 'sub/new.txt'],
    ['a page for a missing file', '/about', 'about.html'],
  ])('[R4] %s uses what it names', async (_what, path, name) => {
    const started = await startReload({ 'sub/a.txt': 'x' }, { directoryListing: true });
    const page = await openPage(started, path);
    started.write(name, 'x');
    await vi.waitFor(() => expect(page.updates).toMatchObject([{ action: 'reload' }]));
  });

  it('[R4] a page from before a restart of the server may have requested any file', async () => {
    const { url, write, updates } = await startReload({ 'index.html': '<p>hello', 'README.md': 'x' });
    const page = await connectPage(url, { origin: `http://127.0.0.1:${new URL(url).port}` });
    write('README.md', 'longer');
    await vi.waitFor(() => expect(page.updates).toMatchObject([{ action: 'reload' }]));
    expect(updates).toHaveLength(1);
  });
});
