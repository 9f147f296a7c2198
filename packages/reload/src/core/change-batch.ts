/** Decides which changing files are reported together, as one update, and when. [R2] */
import {
  isOverdue,
  isStable,
  MAX_WAIT_MS,
  minimumPeriod,
  quietPeriod,
  type WriteInProgress,
} from './write-in-progress.ts';
import type { FileStat } from './ports.ts';

/** The files that change, by their paths, and what the decision depends on besides. */
export interface ChangingFiles {
  readonly writes: ReadonlyMap<string, WriteInProgress>;
  /** A file before it changed. */
  readonly previous: (path: string) => FileStat | undefined;
  readonly debounceMs: number;
}

/** When this many files change at once, a busy machine makes the gaps between their events longer. */
const MANY_FILES = 8;
const MANY_FILES_MS = 60;

/** The paths that are reported now as one update; none while a file that belongs to it may follow. */
export function selectBatch({ writes, previous, debounceMs }: ChangingFiles, nowMs: number): string[] {
  const stable = [...writes].filter(([path, write]) => isStable(write, previous(path), debounceMs, nowMs));
  if (!stable.some(([, write]) => isOverdue(write, nowMs))) {
    // A file that has grown for long is not waited for.
    const awaited = [...writes.values()].filter((write) => !isOverdue(write, nowMs));
    if (stable.length < awaited.length) return [];
    const newestMs = stable.reduce((latestMs, [, { lastEventMs }]) => Math.max(latestMs, lastEventMs), 0);
    if (stable.length > MANY_FILES && nowMs - newestMs < MANY_FILES_MS) return [];
  }
  return stable.map(([path]) => path);
}

/** How long to wait until the next check, in ms. */
export function nextCheckDelay({ writes, previous, debounceMs }: ChangingFiles, nowMs: number): number {
  let delayMs = Infinity;
  /** Until all files that are reported together are stable. */
  let togetherMs = 0;
  for (const [path, write] of writes) {
    const { firstEventMs, lastEventMs, checked } = write;
    const minimumMs = minimumPeriod(write, debounceMs);
    const untilQuietMs = lastEventMs + minimumMs - nowMs;
    const periodMs = checked ? quietPeriod(write, previous(path), debounceMs) : minimumMs;
    const untilStableMs = Math.max(lastEventMs + periodMs - nowMs, 1);
    if (untilQuietMs > 0) delayMs = Math.min(delayMs, untilQuietMs);
    if (isOverdue(write, nowMs)) {
      delayMs = Math.min(delayMs, untilStableMs);
    } else {
      delayMs = Math.min(delayMs, firstEventMs + MAX_WAIT_MS - nowMs);
      togetherMs = Math.max(togetherMs, untilStableMs);
    }
  }
  if (togetherMs > 0) {
    const minimumMs = writes.size > MANY_FILES ? MANY_FILES_MS - debounceMs : 0;
    delayMs = Math.min(delayMs, Math.max(togetherMs, minimumMs));
  }
  return Math.max(delayMs, 1);
}
