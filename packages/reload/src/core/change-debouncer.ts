import { nextCheckDelay, selectBatch, type ChangingFiles } from './change-batch.ts';
import type { Clock, FileStat } from './ports.ts';
import { isQuiet, recheckWindow, recordCheck, type WriteInProgress } from './write-in-progress.ts';

export interface ChangeDebouncerOptions {
  clock: Clock;
  /** How long a file must be unchanged, in ms. */
  debounceMs: number;
  stat: (path: string) => FileStat | undefined;
  /** A file before it changed. */
  previous: (path: string) => FileStat | undefined;
  /** Called once for each batch, never while an earlier call is at work. */
  onStable: (paths: string[]) => Promise<void>;
}

interface ChangingFile extends WriteInProgress {
  firstEventMs: number;
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
  #cancelCheck: (() => void) | undefined;
  #checking = false;
  #closed = false;

  constructor(options: ChangeDebouncerOptions) {
    this.#options = options;
    this.#files = { ...options, writes: this.#writes };
  }

  /** Records an event: the file was written, or was only created, deleted or renamed over. */
  add(path: string, written: boolean): void {
    if (this.#closed) return;
    const { clock, debounceMs } = this.#options;
    const nowMs = clock.now();
    const write = this.#writes.get(path);
    if (write) {
      Object.assign(write, { lastEventMs: nowMs, written: write.written || written, eventSinceCheck: true });
    } else {
      const sinceReportMs = nowMs - (this.#reportedMs.get(path) ?? -Infinity);
      const resumed = written && sinceReportMs < recheckWindow(debounceMs);
      const times = { firstEventMs: nowMs, lastEventMs: nowMs };
      this.#writes.set(path, { ...times, written, resumed, eventSinceCheck: true, waiting: [] });
    }
    if (!this.#checking && !this.#cancelCheck) this.#checkIn(debounceMs);
  }

  /** Whether a file changes now. */
  isChanging(path: string): boolean {
    return this.#writes.has(path);
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
      this.#checkQuietFiles();
      await this.#report(selectBatch(this.#files, clock.now()));
    } finally {
      this.#checking = false;
      if (!this.#closed && this.#writes.size > 0 && !this.#cancelCheck)
        this.#checkIn(nextCheckDelay(this.#files, clock.now()));
    }
  }

  #checkQuietFiles(): void {
    const { clock, debounceMs, stat } = this.#options;
    const nowMs = clock.now();
    for (const [path, write] of this.#writes)
      if (isQuiet(write, debounceMs, nowMs)) recordCheck(write, stat(path), nowMs);
  }

  async #report(paths: string[]): Promise<void> {
    if (paths.length === 0) return;
    const { clock, debounceMs, onStable } = this.#options;
    const nowMs = clock.now();
    for (const [path, ms] of this.#reportedMs)
      if (nowMs - ms > recheckWindow(debounceMs)) this.#reportedMs.delete(path);
    const waiting = paths.flatMap((path) => this.#writes.get(path)!.waiting);
    for (const path of paths) {
      this.#writes.delete(path);
      this.#reportedMs.set(path, nowMs);
    }
    await onStable(paths);
    for (const resolve of waiting) resolve();
  }
}
