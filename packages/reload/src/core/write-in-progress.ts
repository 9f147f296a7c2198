/**
 * Decides whether a file that changes is stable. No system reports that a writer has finished: the only signs are that
 * size and modification time no longer change, and for how long. [R2, R5]
 */
import type { FileStat } from './ports.ts';

/** A file that changes, from its first event until it is reported. Times are in ms, by the clock of the caller. */
export interface WriteInProgress {
  readonly firstEventMs: number;
  lastEventMs: number;
  /** Whether its bytes or times changed; otherwise it was only created, deleted or renamed over. */
  written: boolean;
  /** Whether it changed again right after it was reported. */
  readonly resumed: boolean;
  /** Whether it grows; `undefined` until two different states were seen. */
  grows?: boolean | undefined;
  /** Whether it has been written without a pause, and no other file has changed shortly before or meanwhile. */
  isolated: boolean;
  /** Whether its last save was isolated, so that no other event is expected. */
  readonly expected: boolean;
  /** Its state at the last check; `undefined` if there was no file. */
  stat?: FileStat | undefined;
  /** Whether its content was evidently complete at the last check; `undefined` while that is not known. */
  complete?: boolean;
  checked?: true;
  eventSinceCheck: boolean;
}

/** The default of the quiet period, in ms. */
export const DEFAULT_DEBOUNCE_MS = 10;
/** How long a file must be unchanged if it is evidently complete, and no other event is expected, in ms. */
const COMPLETE_MS = 2;
/** How long a file must be unchanged if its writer may continue, in ms: writers may pause for 100. */
const RECHECK_WINDOW_MS = 125;
/** After this, files no longer wait for one another, nor for a writer that may continue, in ms. */
export const MAX_WAIT_MS = 1_000;
/** After this, a file that still grows is reported all the same, in ms. */
const MAX_GROWING_MS = 30_000;
/** The events of one save differ by less than a timer can resolve, in ms: the last one must not cost another round. */
const SLACK_MS = 0.5;
/** Buffered writers pause where a buffer is full. */
const BUFFER_BYTES = 4_096;
/** A save makes a file a little shorter or longer; an unfinished writer has written much less, or is at much more. */
const MUCH_SHORTER = 0.8;
const MUCH_LONGER = 1.25;

/** Whether a file was written so recently that its writer may continue, and no event may have come yet. */
export function mayBeUnreported({ mtimeMs }: FileStat, debounceMs: number, nowMs: number): boolean {
  const ageMs = nowMs - mtimeMs;
  return ageMs >= 0 && ageMs < debounceMs;
}

/** Compares a file with its state at the last check. */
export function recordCheck(write: WriteInProgress, stat: FileStat | undefined, nowMs: number): void {
  const { stat: last } = write;
  if (write.checked && (stat?.size !== last?.size || stat?.mtimeMs !== last?.mtimeMs)) {
    if (stat && last) write.grows = grows(write.grows, last, stat);
    // It changed without an event.
    if (!write.eventSinceCheck) write.lastEventMs = nowMs;
  }
  Object.assign(write, { stat, checked: true, eventSinceCheck: false });
}

function grows(grewBefore: boolean | undefined, last: FileStat, now: FileStat): boolean | undefined {
  if (now.size > last.size) return true;
  // It was truncated, and may be written piece by piece.
  if (isMuchShorter(now, last)) return grewBefore;
  // A little shorter: it was written again from its beginning, and not continued.
  return now.size === last.size && grewBefore === true;
}

export function isQuiet({ lastEventMs }: WriteInProgress, periodMs: number, nowMs: number): boolean {
  return nowMs - lastEventMs >= periodMs - SLACK_MS;
}

export function isOverdue({ firstEventMs }: WriteInProgress, nowMs: number): boolean {
  return nowMs - firstEventMs >= MAX_WAIT_MS;
}

export function recheckWindow(debounceMs: number): number {
  return Math.max(RECHECK_WINDOW_MS, debounceMs);
}

/**
 * How long a file must be unchanged until it counts as stable, in ms.
 *
 * @param previous the file before it changed, as far as that is known.
 */
export function quietPeriod(
  write: WriteInProgress,
  previous: FileStat | undefined,
  debounceMs: number,
): number {
  if (mayContinue(write, previous)) return recheckWindow(debounceMs);
  return write.complete ? minimumPeriod(write, debounceMs) : debounceMs;
}

/** The shortest quiet period that a file may have, as far as is known, in ms. */
export function minimumPeriod({ isolated, expected, complete }: WriteInProgress, debounceMs: number): number {
  return isolated && expected && complete !== false ? completePeriod(debounceMs) : debounceMs;
}

/** The quiet period of a complete file, in ms. A period that is longer than the default was set for the files of a build. */
export function completePeriod(debounceMs: number): number {
  return debounceMs > DEFAULT_DEBOUNCE_MS ? debounceMs : Math.min(COMPLETE_MS, debounceMs);
}

/** Whether the content of a file can show that it is complete. */
export function showsWhetherComplete(write: WriteInProgress, previous: FileStat | undefined): boolean {
  const { stat, written } = write;
  if (!stat || !previous || mayContinue(write, previous)) return false;
  // A file that is written over in place, piece by piece, ends as it did before from the first piece on.
  return !written || stat.size <= BUFFER_BYTES || stat.size !== previous.size;
}

/** Whether a save that ends was one write of one file that existed before. */
export function wasIsolated(write: WriteInProgress, previous: FileStat | undefined): boolean {
  const { stat, isolated } = write;
  return isolated && stat !== undefined && previous !== undefined && !mayContinue(write, previous);
}

/** Whether the writer may not have finished although it pauses. */
function mayContinue(write: WriteInProgress, previous: FileStat | undefined): boolean {
  const { stat } = write;
  // A deleted file may be created again; one that came and went was a temporary file.
  if (!stat) return previous !== undefined;
  if (stat.size === 0) return true;
  if (write.resumed || write.grows) return true;
  // A file that was renamed into place is complete.
  if (!write.written) return false;
  if (!previous) return true;
  if (isMuchShorter(stat, previous)) return true;
  if (stat.size > previous.size * MUCH_LONGER + BUFFER_BYTES) return true;
  return stat.size % BUFFER_BYTES === 0 && stat.size !== previous.size;
}

/** Whether a file can be reported: it is unchanged for its quiet period, or has changed for too long. */
export function isStable(
  write: WriteInProgress,
  previous: FileStat | undefined,
  debounceMs: number,
  nowMs: number,
): boolean {
  if (!write.checked) return false;
  if (isQuiet(write, quietPeriod(write, previous, debounceMs), nowMs)) return true;
  if (!isQuiet(write, debounceMs, nowMs)) return false;
  if (nowMs - write.firstEventMs >= MAX_GROWING_MS) return true;
  // Steady saves must not be put off for ever. A file that grows, or is missing or empty, may be half written.
  return isOverdue(write, nowMs) && write.grows === false && write.stat !== undefined && write.stat.size > 0;
}

function isMuchShorter(now: FileStat, before: FileStat): boolean {
  return now.size < before.size * MUCH_SHORTER;
}
