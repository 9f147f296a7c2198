import type { History } from './history.ts';
import type { HistoryStorage } from './history-storage.ts';
import type { SiteRecord } from './site-history.ts';

export interface HistorySaverOptions {
  history: History;
  storage: HistoryStorage;
  /** Whether this process saves at this moment. All load. */
  isSaving: () => boolean;
  warn: (message: string) => void;
  /** What is stored is part of the history now. */
  onLoaded?: (records: readonly SiteRecord[]) => void;
}

/** Loads the history from one storage, and saves it there. Its errors become one warning. */
export class HistorySaver {
  readonly #options: HistorySaverOptions;
  #loading: Promise<void> | undefined;
  #saving: Promise<void> | undefined;
  /** Whether a warning was given, and nothing has been saved since. */
  #hasWarned = false;
  #isLoaded = false;

  constructor(options: HistorySaverOptions) {
    this.#options = options;
  }

  /** Once, if it succeeds. */
  load(): Promise<void> {
    this.#loading ??= this.#load().finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  async #load(): Promise<void> {
    if (this.#isLoaded) return;
    const { storage, history, onLoaded, warn } = this.#options;
    try {
      const { records, problem } = await storage.load();
      history.restore(records);
      onLoaded?.(records);
      if (problem !== undefined) warn(problem);
      this.#isLoaded = true;
    } catch (error) {
      this.#warnOnce(`the history cannot be read: ${(error as Error).message}. Counting goes on without it`);
    }
  }

  /** One at a time: a slow disk gets no queue. */
  save(): Promise<void> {
    this.#saving ??= this.#save().finally(() => (this.#saving = undefined));
    return this.#saving;
  }

  /** Saves for the last time, after what is being saved. */
  async close(): Promise<void> {
    await this.#saving;
    await this.save();
  }

  /** What could not be read is not overwritten. */
  async #save(): Promise<void> {
    const { storage, history, isSaving } = this.#options;
    await this.load();
    if (!this.#isLoaded || !isSaving()) return;
    try {
      await storage.save(history.records());
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
