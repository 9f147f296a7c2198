import type { Clock } from '../core/ports.ts';
import type { History } from './history.ts';
import type { HistoryStorage } from './history-storage.ts';

export interface HistoryRecorderOptions {
  clock: Clock;
  /** In ms since 1970. */
  timeOfDay: () => number;
  history: History;
  /** Where it is kept. @default nowhere */
  storage: HistoryStorage | undefined;
  /** Whether this server saves at this moment. */
  isSaving: () => boolean;
  warn: (message: string) => void;
}

const MINUTE_MS = 60_000;

/** Records the history at the beginning of each minute, and saves it. An error of the storage never stops it. */
export class HistoryRecorder {
  readonly #options: HistoryRecorderOptions;
  #cancel: (() => void) | undefined;
  #loading: Promise<void> | undefined;
  #saving: Promise<void> | undefined;
  /** Whether a warning about saving was given, and nothing has been saved since. */
  #hasWarned = false;
  #isLoaded = false;
  #closing: Promise<void> | undefined;

  constructor(options: HistoryRecorderOptions) {
    this.#options = options;
  }

  /** Loads what was saved. Numbers are recorded meanwhile. */
  start(): void {
    this.#options.history.record();
    this.#schedule();
    this.#loading = this.#load();
  }

  /** Saves for the last time. May be called twice, and without `start`. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#cancel?.();
    if (!this.#loading) return;
    await this.#loading;
    await this.#saving;
    await this.#save();
  }

  #schedule(): void {
    const { clock, timeOfDay } = this.#options;
    const leftMs = MINUTE_MS - (timeOfDay() % MINUTE_MS);
    this.#cancel = clock.schedule(() => {
      this.#schedule();
      this.#options.history.record();
      void this.#save();
    }, leftMs);
  }

  async #load(): Promise<void> {
    const { storage, history, warn } = this.#options;
    try {
      const loaded = await storage?.load();
      if (loaded) history.restore(loaded.records);
      if (loaded?.problem !== undefined) warn(loaded.problem);
      this.#isLoaded = true;
    } catch (error) {
      this.#warnOnce(`the history cannot be read: ${(error as Error).message}. Counting goes on without it`);
    }
  }

  /** One at a time: a slow disk gets no queue. */
  #save(): Promise<void> {
    const { storage, isSaving } = this.#options;
    if (!storage || !isSaving()) return Promise.resolve();
    this.#saving ??= this.#saveTo(storage).finally(() => (this.#saving = undefined));
    return this.#saving;
  }

  /** What could not be read is not overwritten. */
  async #saveTo(storage: HistoryStorage): Promise<void> {
    if (!this.#isLoaded) await this.#load();
    if (!this.#isLoaded) return;
    try {
      await storage.save(this.#options.history.records());
      this.#hasWarned = false;
    } catch (error) {
      const reason = (error as Error).message;
      this.#warnOnce(
        `the history cannot be saved: ${reason}. Counting goes on; it is tried again each minute`,
      );
    }
  }

  /** Until something has been saved again. */
  #warnOnce(message: string): void {
    if (!this.#hasWarned) this.#options.warn(message);
    this.#hasWarned = true;
  }
}
