import { statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, vi } from 'vitest';
import { systemClock } from '@live-online/internal/system-clock';
import { FileWatcher, type FileWatcherOptions } from '../../src/files/file-watcher.ts';
import { watchFolders } from '../../src/files/watch/watch-folders.ts';
import { createFakeClock } from '@live-online/internal/testing/fake-clock';
import { makeFolder } from './reload-server.ts';

/** How often a folder is polled, in ms: the server does it every 500. */
const POLL_MS = 20;

interface Update {
  /** Paths below the folder, sorted. */
  files: string[];
  /** How long each file was when the update was reported; `undefined` where there was none. */
  lengths: Record<string, number | undefined>;
}

/** Watches a folder on the disk as a reload server does, without the server. */
export async function watchFiles(files: Record<string, string>, options: Partial<FileWatcherOptions> = {}) {
  const { folder, write } = makeFolder(files);
  const at = (name: string): string => join(folder, name);
  const updates: Update[] = [];
  let events = 0;
  const content = new FileWatcher({
    roots: [folder],
    clock: systemClock,
    debounceMs: 10,
    onChanges(changes) {
      const names = changes.map(({ path }) => relative(folder, path)).sort();
      const lengths = names.map((name) => [name, statSync(at(name), { throwIfNoEntry: false })?.size]);
      updates.push({ files: names, lengths: Object.fromEntries(lengths) as Update['lengths'] });
    },
    onDigest: () => {},
    onWarning: () => {},
    watch: (watchOptions) =>
      watchFolders({
        ...watchOptions,
        pollMs: POLL_MS,
        onFileEvent(event) {
          events++;
          watchOptions.onFileEvent(event);
        },
      }),
    ...options,
  });
  onTestFinished(() => content.close());
  await content.ready;
  // Every file has been read, so that its next save is compared with what was in it.
  await vi.waitFor(() => expect(content.digest()).toBeDefined());
  return { folder, write, at, content, updates, events: () => events };
}

/**
 * The same with a clock that only the test advances: the delays of a busy machine are no pauses of the writer.
 */
export async function watchByFakeClock(
  files: Record<string, string>,
  options: Partial<FileWatcherOptions> = {},
) {
  const clock = createFakeClock();
  const watched = await watchFiles(files, { ...options, clock });
  const { at, write, updates, events } = watched;

  /** Advances the fake clock by `ms`, and runs everything that is due on the way. */
  async function pass(ms: number): Promise<void> {
    for (let step = 0; step < ms; step++) {
      clock.advance(1);
      await turn();
    }
  }

  /** Changes files, and waits until the watcher has noticed. */
  async function change<Result>(how: () => Result): Promise<Result> {
    const before = events();
    const result = how();
    await vi.waitFor(() => expect(events()).toBeGreaterThan(before), { interval: 1 });
    // All its events arrive in the same turn.
    await turn();
    return result;
  }

  /** Lets time pass until there are `count` updates, and returns the files of each. */
  async function reported(count: number): Promise<string[][]> {
    const until = async (): Promise<void> => {
      await pass(5);
      expect(updates.length).toBeGreaterThanOrEqual(count);
    };
    await vi.waitFor(until, { interval: 1 });
    return updates.map((update) => update.files);
  }

  /** Shows that there are `count` updates and no more follow: what is saved last is reported last. */
  async function nothingElse(count: number): Promise<void> {
    await change(() => write('mark', 'x'));
    expect(await reported(count + 1)).toHaveLength(count + 1);
    expect(updates.at(-1)!.files).toEqual(['mark']);
  }

  return { ...watched, at, clock, pass, change, reported, nothingElse };
}
