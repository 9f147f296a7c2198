import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '@live-online/internal/system-clock';
import type { FileChange } from '../../src/core/ports.ts';
import { FileWatcher } from '../../src/files/file-watcher.ts';
import type { FolderWatch } from '../../src/files/watch/folder-watch.ts';
import { watchFolders } from '../../src/files/watch/watch-folders.ts';
import { makeFolder } from '../helpers/reload-server.ts';

/** A file watcher that was just created, before it has read a file. */
function start(files: Record<string, string>, options: { poll?: boolean; watch?: typeof watchFolders } = {}) {
  const { folder, write } = makeFolder(files);
  const changes: FileChange[] = [];
  const watcher = new FileWatcher({
    roots: [folder],
    clock: systemClock,
    debounceMs: 10,
    onChanges: (some) => changes.push(...some),
    onDigest: () => {},
    onWarning: () => {},
    watch: (watchOptions) => watchFolders({ ...watchOptions, pollMs: 20 }),
    ...options,
  });
  onTestFinished(() => watcher.close());
  const changed = (): string[] => changes.map(({ path }) => path.slice(folder.length + 1));
  return { folder, write, watcher, changed };
}

it('[R2] a save before the file is read for the first time is reported', async () => {
  const { write, changed } = start({ 'a.txt': 'one' });
  // The folder is watched; the event arrives after the file was read in its new state.
  write('a.txt', 'two');
  await vi.waitFor(() => expect(changed()).toEqual(['a.txt']));
});

it('[R2] a save between two polls, before the file is read for the first time, is reported', async () => {
  const { folder, changed } = start(
    { 'a.txt': 'one' },
    {
      poll: true,
      watch(options): FolderWatch {
        const watch = watchFolders({ ...options, pollMs: 20 });
        // After the first poll, and before anything else.
        const ready = watch.ready.then(() => writeFileSync(join(folder, 'a.txt'), 'two'));
        return { ...watch, ready };
      },
    },
  );
  await vi.waitFor(() => expect(changed()).toEqual(['a.txt']));
});

it('[R2] a save of a file that was served before its folder is watched is reported', async () => {
  const { folder, watcher, changed } = start(
    { 'a.txt': 'one' },
    {
      watch(options): FolderWatch {
        // No event of this save arrives.
        const watch = watchFolders({ ...options, onFileEvent: () => {} });
        const ready = watch.ready.then(() => writeFileSync(join(folder, 'a.txt'), 'two'));
        return { ...watch, ready };
      },
    },
  );
  watcher.markServed(join(folder, 'a.txt'));
  await vi.waitFor(() => expect(changed()).toEqual(['a.txt']));
});
