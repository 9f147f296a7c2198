import { createFakeClock } from '@live-online/internal/testing/fake-clock';
import { ChangeDebouncer, type ChangeDebouncerOptions } from '../../src/core/change-debouncer.ts';
import type { FileStat } from '../../src/core/ports.ts';

type Options = Partial<Pick<ChangeDebouncerOptions, 'debounceMs' | 'isComplete'>>;

/** Files that exist on a fake disk, watched through a fake clock. */
export function debounceFiles(known: Record<string, number> = {}, options: Options = {}) {
  const { debounceMs = 10, isComplete } = options;
  const clock = createFakeClock();
  const disk = new Map<string, FileStat>(
    Object.entries(known).map(([path, size]) => [path, { size, mtimeMs: 0 }]),
  );
  const reported = new Map(disk);
  const batches: { atMs: number; paths: string[]; sizes: (number | undefined)[] }[] = [];
  /** When the first event of each batch came. */
  const since: number[] = [];
  const startMs = clock.now();
  const debouncer = new ChangeDebouncer({
    clock,
    debounceMs,
    stat: (path) => disk.get(path),
    previous: (path) => reported.get(path),
    ...(isComplete && { isComplete }),
    async onStable(paths, sinceMs) {
      since.push(sinceMs - startMs);
      const sizes = paths.map((path) => disk.get(path)?.size);
      batches.push({ atMs: clock.now() - startMs, paths: [...paths].sort(), sizes });
      for (const path of paths) {
        const stat = disk.get(path);
        if (stat) reported.set(path, stat);
        else reported.delete(path);
      }
    },
  });
  /** Advances the clock, and runs everything that is due on the way. */
  async function pass(ms: number): Promise<void> {
    for (let step = 0; step < ms; step++) {
      clock.advance(1);
      for (let turn = 0; turn < 12; turn++) await Promise.resolve();
    }
  }
  return {
    debouncer,
    batches,
    since,
    pass,
    spend: clock.spend,
    write(path: string, size: number) {
      disk.set(path, { size, mtimeMs: clock.now() });
      debouncer.add(path, true);
    },
    rename(path: string, size: number) {
      disk.set(path, { size, mtimeMs: clock.now() });
      debouncer.add(path, false);
    },
    remove(path: string) {
      disk.delete(path);
      debouncer.add(path, false);
    },
  };
}
