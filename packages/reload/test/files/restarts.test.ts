import { renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '@live-online/internal/system-clock';
import type { FileChange } from '../../src/core/ports.ts';
import { FileWatcher } from '../../src/files/file-watcher.ts';
import { makeFolder } from '../helpers/reload-server.ts';

/** Watches a folder as one start of a server does. */
async function start(folder: string, cacheFile: string) {
  const changes: FileChange[] = [];
  const content = new FileWatcher({
    roots: [folder],
    clock: systemClock,
    debounceMs: 10,
    cacheFile,
    onChanges: (some) => changes.push(...some),
    onDigest: () => {},
    onWarning: () => {},
  });
  onTestFinished(() => content.close());
  await content.ready;
  const digest = async (): Promise<string> => {
    await vi.waitFor(() => expect(content.digest()).toBeDefined());
    return content.digest()!;
  };
  await digest();
  const names = (): string[] => changes.map(({ path }) => path.slice(folder.length + 1));
  return { content, digest, names };
}

function setUp(files: Record<string, string>) {
  return { ...makeFolder(files), cacheFile: join(makeFolder().folder, 'content') };
}

it('[R6] the digest is the same after a restart if nothing changed, and another one if something did', async () => {
  const { folder, write, cacheFile } = setUp({ 'a.txt': 'one', 'sub/b.txt': 'two' });
  const digests: string[] = [];
  const during: (() => void)[] = [
    () => {},
    // No byte changes.
    () => utimesSync(join(folder, 'a.txt'), 1, 1),
    () => rmSync(cacheFile),
    () => write('a.txt', 'three'),
    () => write('c.txt', 'new'),
    () => renameSync(join(folder, 'c.txt'), join(folder, 'd.txt')),
    () => rmSync(join(folder, 'd.txt')),
    () => write('a.txt', 'one'),
  ];
  for (const change of during) {
    const { content, digest } = await start(folder, cacheFile);
    digests.push(await digest());
    await content.close();
    change();
  }
  const [first, ...others] = digests;
  expect(others.slice(0, 3)).toEqual([first, first, first]);
  const { digest } = await start(folder, cacheFile);
  expect(await digest()).toBe(first);
  expect(new Set([first, ...others.slice(3)]).size).toBe(4);
});

it('[R3] what was served although git ignores it is watched after a restart, and what is newly ignored is not', async () => {
  const { folder, write, cacheFile } = setUp({
    '.gitignore': 'dist/\n',
    'dist/app.js': 'x',
    'build/b.js': 'x',
    'a.txt': 'x',
  });
  const first = await start(folder, cacheFile);
  first.content.markServed(join(folder, 'dist/app.js'));
  await first.digest();
  await first.content.close();
  write('.gitignore', 'dist/\nbuild/\n');
  for (const round of [1, 2]) {
    const { content, names, digest } = await start(folder, cacheFile);
    await digest();
    write('build/b.js', `changed ${round}`);
    write('dist/app.js', `changed ${round}`);
    await vi.waitFor(() => expect(names()).toContain('dist/app.js'));
    writeFileSync(join(folder, 'a.txt'), `changed ${round}`);
    await vi.waitFor(() => expect(names()).toEqual(['dist/app.js', 'a.txt']));
    await content.close();
  }
});

it('[R3] what was served stays watched if new rules ignore it', async () => {
  const { folder, write, cacheFile } = setUp({ 'out/app.js': 'x', 'out/b.js': 'x', 'a.txt': 'x' });
  const { content, names } = await start(folder, cacheFile);
  content.markServed(join(folder, 'out/app.js'));
  content.markServed(join(folder, 'a.txt'));
  const before = content.digest();
  write('.gitignore', 'out/\na.txt\n');
  // Files that are ignored now are removed from the index.
  await vi.waitFor(() => expect(content.digest()).not.toBe(before));
  write('out/b.js', 'changed');
  write('out/app.js', 'changed');
  await vi.waitFor(() => expect(names()).toEqual(['out/app.js']));
  write('a.txt', 'changed');
  await vi.waitFor(() => expect(names()).toEqual(['out/app.js', 'a.txt']));
});

it('[R6] a folder that is ignored while the server runs no longer counts, neither at once nor after a restart', async () => {
  const { folder, write, cacheFile } = setUp({ 'build/b.js': 'x', 'a.txt': 'x' });
  const first = await start(folder, cacheFile);
  const before = await first.digest();
  write('.gitignore', 'build/\n');
  await vi.waitFor(() => expect(first.content.digest()).not.toBe(before));
  const after = await first.digest();
  expect(first.names()).toEqual([]);
  await first.content.close();
  const { digest } = await start(folder, cacheFile);
  expect(await digest()).toBe(after);
});
