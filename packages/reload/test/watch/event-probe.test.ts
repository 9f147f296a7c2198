import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { FileEvent, FolderWatchOptions } from '../../src/files/watch/folder-watch.ts';
import { watchFolders } from '../../src/files/watch/watch-folders.ts';
import { makeFolder } from '../helpers/reload-server.ts';

/** Watches a folder, and records what it reports. */
async function watchFolder(options: Partial<FolderWatchOptions>, nested: string[] = []) {
  const made = makeFolder({ 'a.txt': 'x', 'sub/b.txt': 'x' });
  const events: FileEvent[] = [];
  const warnings: string[] = [];
  const watch = watchFolders({
    roots: [made.folder, ...nested.map((name) => join(made.folder, name))],
    pollMs: 20,
    onFileEvent: (event) => events.push(event),
    onWarning: (text) => warnings.push(text),
    ...options,
  });
  onTestFinished(() => watch.close());
  await watch.ready;
  const names = (): string[] => events.map(({ path }) => path.slice(made.folder.length + 1));
  return { ...made, events, names, warnings };
}

describe('a folder whose changes the system does not report', () => {
  it('[R3] is polled, with one warning, and what has changed since the start is compared', async () => {
    const { write, names, warnings, events } = await watchFolder({ probe: { touch: () => true } }, ['sub']);
    await vi.waitFor(() => expect(warnings).toHaveLength(1));
    expect(warnings[0]).toContain('polled twice a second');
    await vi.waitFor(() => expect(new Set(names())).toContain('sub/b.txt'));
    expect(events.every(({ kind }) => kind === 'scan' || kind === 'delete')).toBe(true);
    events.length = 0;
    write('sub/b.txt', 'saved');
    await vi.waitFor(() => expect(names()).toContain('sub/b.txt'));
    write('new/c.txt', 'x');
    await vi.waitFor(() => expect(names()).toContain('new/c.txt'));
    expect(warnings).toHaveLength(1);
  });
});

describe('a folder whose changes the system reports', () => {
  it('[R3] is not polled, and the probe leaves nothing and is not reported', async () => {
    const { folder, write, names, warnings } = await watchFolder({});
    const before = statSync(folder);
    write('a.txt', 'saved');
    await vi.waitFor(() => expect(names()).toContain('a.txt'));
    expect(new Set(names())).toEqual(new Set(['a.txt']));
    expect(readdirSync(folder).sort()).toEqual(['a.txt', 'sub']);
    expect([statSync(folder).mode, statSync(folder).mtimeMs]).toEqual([before.mode, before.mtimeMs]);
    expect(warnings).toEqual([]);
  });

  it('[R3] is not polled where it may not be touched', async () => {
    const touched: string[] = [];
    const touch = (folder: string): boolean => {
      touched.push(folder);
      return false;
    };
    const { folder, names, warnings } = await watchFolder({ probe: { touch } }, ['sub']);
    expect(touched).toEqual([folder, join(folder, 'sub')]);
    mkdirSync(join(folder, 'more'));
    await vi.waitFor(() => expect(names()).toContain('more'));
    expect(warnings).toEqual([]);
  });
});
