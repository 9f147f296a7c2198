import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { connectPage, makeFolder, startReload } from '../helpers/reload-server.ts';

const SECRET = 'API_KEY=hunter2';
const asDocument = { accept: 'text/html', 'sec-fetch-dest': 'document' };

const files = {
  'a.txt': 'public',
  '.env': SECRET,
  '.git/config': SECRET,
  '.git/hooks/index.html': SECRET,
  'sub/.private/deep/a.txt': SECRET,
  '.well-known/security.txt': 'public',
};

/** Creates symlinks in a folder. Targets are relative to the symlink. */
function link(folder: string, links: Record<string, string>): void {
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(folder, name));
}

describe('symlinks to dotfiles', () => {
  it('[R8] [SEC73] a symlink to a dotfile is not served', async () => {
    const { url, folder } = await startReload(files, { directoryListing: true });
    link(folder, {
      'envlink.txt': '.env',
      'absolute.txt': join(folder, '.env'),
      gitlink: '.git',
      'hop.txt': 'envlink.txt',
      'hop-folder': 'gitlink',
      'page.html': '.env',
      'deep-folder': 'sub/.private/deep',
      '.well-known/env': '../.env',
      '.named.txt': 'a.txt',
      'through-dot.txt': '.hop',
      '.hop': '.env',
    });
    const paths = [
      '/envlink.txt',
      '/absolute.txt',
      '/gitlink/config',
      '/gitlink/',
      '/gitlink/hooks/',
      '/gitlink/hooks/index.html',
      '/hop.txt',
      '/hop-folder/config',
      '/hop-folder/',
      '/page.html',
      '/page',
      '/deep-folder/a.txt',
      '/deep-folder/',
      '/.well-known/env',
      '/.named.txt',
      '/through-dot.txt',
      '/.hop',
    ];
    for (const path of paths) {
      for (const headers of [{}, asDocument]) {
        const response = await fetch(new URL(path, url), { headers, redirect: 'manual' });
        const text = await response.text();
        expect([path, response.status, text.includes(SECRET)]).toEqual([path, 404, false]);
        expect(text, path).not.toContain('href="./');
      }
    }
    expect(await (await fetch(new URL('/.well-known/security.txt', url))).text()).toBe('public');
  });

  it('[R8] [SEC73] a symlink to a dotfile is not served as index file, as 404.html, or for spa', async () => {
    const { url, folder } = await startReload({ ...files, 'sub/b.txt': 'public' }, { spa: true });
    link(folder, { 'index.html': '.env', '404.html': '.env', 'sub/index.html': '../.env' });
    for (const path of ['/', '/index.html', '/sub/', '/missing.txt', '/route/of/the/app']) {
      const response = await fetch(new URL(path, url), { headers: asDocument });
      expect([path, response.status]).toEqual([path, 404]);
      expect(await response.text()).not.toContain(SECRET);
    }
  });

  it('[R8] [SEC73] a directory listing contains no symlink to a dotfile or out of the folder', async () => {
    const { url, folder } = await startReload(files, { directoryListing: true });
    const outside = makeFolder({ 'secret.txt': SECRET });
    mkdirSync(join(folder, 'plain'));
    link(folder, {
      'envlink.txt': '.env',
      gitlink: '.git',
      out: outside.folder,
      broken: 'nowhere',
      'in.txt': 'a.txt',
      loop: '.',
    });
    const html = await (await fetch(url, { headers: asDocument })).text();
    const links = [...html.matchAll(/<a href="([^"]+)"/g)].map(([, href]) => href);
    expect(links).toEqual(['./.well-known/', './loop/', './plain/', './sub/', './a.txt', './in.txt']);
  });

  it('[R8] a root inside a dotfolder is served', async () => {
    const { folder } = makeFolder({ '.sites/one/a.txt': 'public', '.sites/one/.env': SECRET });
    const { url } = await startReload({}, { folder: join(folder, '.sites', 'one') });
    expect(await (await fetch(new URL('/a.txt', url))).text()).toBe('public');
    expect((await fetch(new URL('/.env', url))).status).toBe(404);
  });

  it('[R8] [SEC73] an update contains no text of a dotfile or of an outside file, whatever symlinks lead there', async () => {
    const outside = makeFolder({ 'secret.css': SECRET });
    const { url, port, folder, write } = await startReload({ ...files, 'a.css': 'a{}', 'b.css': 'b{}' });
    const { updates } = await connectPage(url, { origin: `http://127.0.0.1:${port}` });
    link(folder, { '.a': '.env', '.b': join(outside.folder, 'secret.css') });
    renameSync(join(folder, '.a'), join(folder, 'a.css'));
    renameSync(join(folder, '.b'), join(folder, 'b.css'));
    await vi.waitFor(() => expect(updates.flatMap(({ css = [] }) => css)).toEqual(['/a.css', '/b.css']));
    expect(JSON.stringify(updates)).not.toContain(SECRET);
    // An update for a symlink to a served file contains its text.
    write('c.css', 'c{}');
    await vi.waitFor(() => expect(updates.at(-1)!.action).toBe('reload'));
    link(folder, { '.c': 'c.css' });
    renameSync(join(folder, '.c'), join(folder, 'a.css'));
    await vi.waitFor(() => expect(updates.at(-1)!.cssTexts).toMatchObject({ '/a.css': 'c{}' }));
  });

  it('[R8] [SEC73] a request through a symlink to a dotfile does not read it, even just after a save', async () => {
    // The request comes while the file may still be written.
    const { url, port, folder, write, updates } = await startReload(files, { debounceMs: 500 });
    link(folder, { gitlink: '.git' });
    const { updates: received } = await connectPage(url, { origin: `http://127.0.0.1:${port}` });
    write('.git/a.css', 'a{}');
    expect((await fetch(new URL('/gitlink/a.css', url))).status).toBe(404);
    write('.git/a.css', SECRET);
    expect((await fetch(new URL('/gitlink/a.css', url))).status).toBe(404);
    write('b.txt', 'public');
    await vi.waitFor(() => expect(updates.flatMap(({ files }) => files)).toContain('b.txt'));
    expect(updates.flatMap(({ files }) => files).join()).not.toContain('gitlink/');
    expect(JSON.stringify(received)).not.toContain(SECRET);
  });
});
