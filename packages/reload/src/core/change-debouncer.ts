import { nextCheckDelay, selectBatch, type ChangingFiles } from './change-batch.ts';
import { IsolatedSaves } from './isolated-saves.ts';
import type { Clock, FileStat } from './ports.ts';
import {
  completePeriod,
  isQuiet,
  minimumPeriod,
  recheckWindow,
  recordCheck,
  showsWhetherComplete,
  wasIsolated,
  type WriteInProgress,
} from './write-in-progress.ts';

export interface ChangeDebouncerOptions {
  clock: Clock;
  /** How long a file must be unchanged, in ms. */
  debounceMs: number;
  stat: (path: string) => FileStat | undefined;
  /** A file before it changed. */
  previous: (path: string) => FileStat | undefined;
  /** Whether the content of a file is evidently complete. @default never */
  isComplete?: (path: string, stat: FileStat) => boolean;
  /**
   * Called once for each batch, never while an earlier call is at work.
   *
   * @param sinceMs when the first event of the batch came.
   */
  onStable: (paths: string[], sinceMs: number) => Promise<void>;
}

interface ChangingFile extends WriteInProgress {
  firstEventMs: number;
  /** The same, without the delays that are excluded from `firstEventMs`. */
  readonly sinceMs: number;
  /** Resolve the promises of those who wait until it is stable. */
  waiting: (() => void)[];
}

/** Collects the events of files until the files are stable, and reports them as one batch. [R2, R5] */
export class ChangeDebouncer {
  readonly #options: ChangeDebouncerOptions;
  readonly #writes = new Map<string, ChangingFile>();
  readonly #files: ChangingFiles;
  /** When files were reported last: one that changes again at once was not complete. */
  readonly #reportedMs = new Map<string, number>();
  readonly #isolatedSaves: IsolatedSaves;
  #cancelCheck: (() => void) | undefined;
  #checkDueMs = 0;
  #checking = false;
  #closed = false;

  constructor(options: ChangeDebouncerOptions) {
    this.#options = options;
    this.#files = { ...options, writes: this.#writes };
    this.#isolatedSaves = new IsolatedSaves(recheckWindow(options.debounceMs));
  }

  /** Records an event: the file was written, or was only created, deleted or renamed over. */
  add(path: string, written: boolean): void {
    if (this.#closed) return;
    const { clock, debounceMs } = this.#options;
    const nowMs = clock.now();
    const companion = this.#isolatedSaves.recordEvent(path, nowMs);
    let write = this.#writes.get(path);
    const begins = !write;
    if (write) {
      const paused = isQuiet(write, completePeriod(debounceMs), nowMs);
      const isolated = write.isolated && !paused && companion === undefined;
      const more = { lastEventMs: nowMs, written: write.written || written, eventSinceCheck: true };
      Object.assign(write, { ...more, isolated });
    } else {
      write = this.#begin(path, written, companion === undefined);
      this.#writes.set(path, write);
    }
    const other = companion !== undefined && this.#writes.get(companion);
    if (other) other.isolated = false;
    if (this.#checking) return;
    const delayMs = minimumPeriod(write, debounceMs);
    // The next check may be far off because another file was waited for, which may be gone by now.
    const isEarlier = (begins || !written) && nowMs + delayMs < this.#checkDueMs;
    if (!this.#cancelCheck || isEarlier) this.#checkIn(delayMs);
  }

  #begin(path: string, written: boolean, isolated: boolean): ChangingFile {
    const nowMs = this.#options.clock.now();
    const resumed = written && this.wasReported(path);
    const expected = this.#isolatedSaves.has(path);
    const times = { firstEventMs: nowMs, sinceMs: nowMs, lastEventMs: nowMs };
    return { ...times, written, resumed, isolated, expected, eventSinceCheck: true, waiting: [] };
  }

  /** Whether a file changes now. */
  isChanging(path: string): boolean {
    return this.#writes.has(path);
  }

  /** Whether no file changes now, and none is being reported. */
  isSettled(): boolean {
    return this.#writes.size === 0 && !this.#checking;
  }

  /** Whether a file was reported a moment ago. */
  wasReported(path: string): boolean {
    const { clock, debounceMs } = this.#options;
    return clock.now() - (this.#reportedMs.get(path) ?? -Infinity) < recheckWindow(debounceMs);
  }

  /** Resolves once a file is stable and reported; at once if it does not change. */
  whenStable(path: string): Promise<void> {
    const write = this.#writes.get(path);
    return write ? new Promise((resolve) => write.waiting.push(resolve)) : Promise.resolve();
  }

  close(): void {
    this.#closed = true;
    this.#cancelCheck?.();
    for (const { waiting } of this.#writes.values()) for (const resolve of waiting) resolve();
    this.#writes.clear();
  }

  #checkIn(delayMs: number): void {
    this.#cancelCheck?.();
    const { clock } = this.#options;
    const dueMs = clock.now() + delayMs;
    this.#checkDueMs = dueMs;
    this.#cancelCheck = clock.schedule(() => {
      this.#cancelCheck = undefined;
      this.#excludeDelay(clock.now() - dueMs);
      void this.#check();
    }, delayMs);
  }

  /** Excludes the time for which this process was busy, for example with the events of many files, from the maximum wait. */
  #excludeDelay(lateMs: number): void {
    const nowMs = this.#options.clock.now();
    for (const write of this.#writes.values())
      write.firstEventMs = Math.min(write.firstEventMs + lateMs, nowMs);
  }

  async #check(): Promise<void> {
    if (this.#checking || this.#closed) return;
    const { clock } = this.#options;
    this.#checking = true;
    try {
      const nowMs = clock.now();
      this.#checkQuietFiles(nowMs);
      await this.#report(selectBatch(this.#files, nowMs));
    } finally {
      this.#checking = false;
      if (!this.#closed && this.#writes.size > 0 && !this.#cancelCheck)
        this.#checkIn(nextCheckDelay(this.#files, clock.now()));
    }
  }

  #checkQuietFiles(nowMs: number): void {
    const { debounceMs, stat } = this.#options;
    for (const [path, write] of this.#writes) {
      if (isQuiet(write, debounceMs, nowMs)) recordCheck(write, stat(path), nowMs);
      else if (isQuiet(write, minimumPeriod(write, debounceMs), nowMs)) this.#checkEarly(path, write, nowMs);
    }
  }

  /** Checks whether a file is complete. If it is not, its quiet period is the usual one, as if there had been no check. */
  #checkEarly(path: string, write: ChangingFile, nowMs: number): void {
    const { stat, previous, isComplete } = this.#options;
    const now = stat(path);
    write.complete =
      now !== undefined &&
      showsWhetherComplete({ ...write, stat: now }, previous(path)) &&
      isComplete?.(path, now) === true;
    if (write.complete) recordCheck(write, now, nowMs);
  }

  async #report(paths: string[]): Promise<void> {
    if (paths.length === 0) return;
    const { clock, debounceMs, previous, onStable } = this.#options;
    const nowMs = clock.now();
    for (const [path, ms] of this.#reportedMs)
      if (nowMs - ms > recheckWindow(debounceMs)) this.#reportedMs.delete(path);
    let sinceMs = nowMs;
    const waiting = paths.flatMap((path) => this.#writes.get(path)!.waiting);
    for (const path of paths) {
      const write = this.#writes.get(path)!;
      sinceMs = Math.min(sinceMs, write.sinceMs);
      this.#isolatedSaves.recordReport(path, wasIsolated(write, previous(path)));
      this.#writes.delete(path);
      this.#reportedMs.set(path, nowMs);
    }
    await onStable(paths, sinceMs);
    for (const resolve of waiting) resolve();
  }
}
