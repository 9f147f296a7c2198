import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { need } from './needs.ts';

/** A wall clock that tests can move while processes run. Their monotonic clock does not change. */
export interface FakeTime {
  /** The environment of those processes. */
  readonly env: Record<string, string>;
  /** Sets how far it is from the real time, such as `+1h`. */
  move(offset: string): Promise<void>;
}

/**
 * @param allocator `jemalloc` for processes that use it, such as Redis: it asks for the time before the library can
 * answer, so that another allocator, that of the C library, has to come first.
 */
export async function createFakeTime(allocator?: 'jemalloc'): Promise<FakeTime> {
  const library = need('libfaketime');
  const folder = await mkdtemp(join(tmpdir(), 'live-online-time-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'offset');
  const move = async (offset: string): Promise<void> => {
    await writeFile(`${file}.new`, offset);
    await rename(`${file}.new`, file);
  };
  await move('+0');
  return {
    env: {
      LD_PRELOAD: `${allocator ? 'libc_malloc_debug.so.0:' : ''}${library}`,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    move,
  };
}
