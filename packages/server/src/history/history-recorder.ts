import type { Clock } from '../core/ports.ts';
import type { HistorySaver } from './history-saver.ts';
import type { History } from './history.ts';

export interface HistoryRecorderOptions {
  clock: Clock;
  /** In ms since 1970. */
  timeOfDay: () => number;
  history: History;
  /** Where it is kept. */
  savers: readonly HistorySaver[];
}

const MINUTE_MS = 60_000;

/** Records the history at the beginning of each minute, and has it saved. */
export class HistoryRecorder {
  readonly #options: HistoryRecorderOptions;
  #cancel: (() => void) | undefined;
  #loading: Promise<unknown> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: HistoryRecorderOptions) {
    this.#options = options;
  }

  /** Loads what was saved. Numbers are recorded meanwhile. */
  start(): void {
    this.#options.history.record();
    this.#schedule();
    this.#loading = Promise.all(this.#options.savers.map((saver) => saver.load()));
  }

  /** Saves for the last time. May be called twice, and without `start`. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#cancel?.();
    if (!this.#loading) return;
    await this.#loading;
    await Promise.all(this.#options.savers.map((saver) => saver.close()));
  }

  #schedule(): void {
    const { clock, history, savers, timeOfDay } = this.#options;
    const leftMs = MINUTE_MS - (timeOfDay() % MINUTE_MS);
    this.#cancel = clock.schedule(() => {
      this.#schedule();
      history.record();
      for (const saver of savers) void saver.save();
    }, leftMs);
  }
}
