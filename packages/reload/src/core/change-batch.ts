/** Decides which changing files are reported together, as one update, and when. [R2] */
import {
  deadlineOf,
  isOverdue,
  isQuiet,
  isStable,
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

/** The paths that have been quiet for long enough to be checked. */
export function selectQuiet({ writes, debounceMs }: ChangingFiles, nowMs: number): string[] {
  return [...writes].filter(([, write]) => isQuiet(write, debounceMs, nowMs)).map(([path]) => path);
}

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
    const { lastEventMs, checked } = write;
    const untilQuietMs = lastEventMs + debounceMs - nowMs;
    const untilStableMs = checked
      ? lastEventMs + quietPeriod(write, previous(path), debounceMs) - nowMs
      : untilQuietMs;
    if (untilQuietMs > 0) delayMs = Math.min(delayMs, untilQuietMs);
    if (isOverdue(write, nowMs)) {
      delayMs = Math.min(delayMs, Math.max(untilStableMs, 1));
    } else {
      delayMs = Math.min(delayMs, deadlineOf(write) - nowMs);
      togetherMs = Math.max(togetherMs, untilStableMs, 1);
    }
  }
  if (togetherMs > 0 && writes.size > MANY_FILES)
    togetherMs = Math.max(togetherMs, MANY_FILES_MS - debounceMs);
  if (togetherMs > 0) delayMs = Math.min(delayMs, togetherMs);
  return Math.max(delayMs, 1);
}
