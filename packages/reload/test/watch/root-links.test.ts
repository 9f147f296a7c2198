import { renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { linksOf } from '../../src/files/watch/root-links.ts';
import { makeFolder, startReload } from '../helpers/reload-server.ts';

const RELEASES = {
  'releases/1/public/index.html': '<p>one',
  'releases/2/public/index.html': '<p>two, longer',
  'releases/2/public/new.txt': 'new',
};

/** Replaces a symlink in one step, as deployments do. */
function renameLink(link: string, target: string): void {
  symlinkSync(target, `${link}.new`);
  renameSync(`${link}.new`, link);
}

/** Replaces a symlink in two steps, as `ln -sfn` does. */
function replaceLink(link: string, target: string): void {
  unlinkSync(link);
  symlinkSync(target, link);
}

describe.each([
  ['by events', {}],
  ['by polling', { poll: true }],
])('a root that is reached through a symlink, noticed %s', (_how, options) => {
  it.each([
    ['a rename', renameLink],
    ['a deletion', replaceLink],
  ])('[R3] is followed when %s makes the link lead to another folder', async (_what, swap) => {
    const { folder } = makeFolder(RELEASES);
    const link = join(folder, 'current');
    symlinkSync('releases/1', link);
    const { url, updates, indexed } = await startReload({}, { folder: join(link, 'public'), ...options });
    await indexed;
    const text = async (): Promise<string> => (await fetch(url)).text();
    expect(await text()).toBe('<p>one');
    swap(link, 'releases/2');
    const files = (): string[] => updates.flatMap((update) => update.files);
    await vi.waitFor(() => expect(files().sort()).toEqual(['index.html', 'new.txt']));
    expect(await text()).toBe('<p>two, longer');
    updates.length = 0;
    writeFileSync(join(folder, 'releases/1/public/index.html'), '<p>saved in the old release');
    writeFileSync(join(folder, 'releases/2/public/new.txt'), 'saved');
    await vi.waitFor(() => expect(files()).toEqual(['new.txt']));
    swap(link, 'releases/1');
    await vi.waitFor(async () => expect(await text()).toBe('<p>saved in the old release'));
    await vi.waitFor(() => expect(new Set(files())).toEqual(new Set(['new.txt', 'index.html'])));
  });
});

describe('linksOf', () => {
  it('[R3] finds links in a path, and in what they lead to, and no end of a loop', () => {
    const { folder } = makeFolder({ 'a/b/c/x': '' });
    symlinkSync('a', join(folder, 'one'));
    symlinkSync(join(folder, 'one/b'), join(folder, 'two'));
    symlinkSync('loop', join(folder, 'loop'));
    const links = (name: string): string[] =>
      linksOf(join(folder, name)).map((link) => link.slice(folder.length));
    expect(links('a/b/c')).toEqual([]);
    expect(links('two/c')).toEqual(['/two', '/one']);
    expect(links('loop')).toHaveLength(40);
    expect(links('missing/x')).toEqual([]);
  });
});
