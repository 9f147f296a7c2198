import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often the event loop is sampled, in ms. */
const RESOLUTION_MS = 20;
/** What was measured is used for as long, in ms. */
const WINDOW_MS = 60_000;

/** Measures how late the timers of this process are. */
export class EventLoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #now: () => number;
  #since: number;

  /** @param now in ms, of a monotonic clock. */
  constructor(now: () => number) {
    this.#now = now;
    this.#since = now();
  }

  start(): void {
    this.#histogram.enable();
  }

  stop(): void {
    this.#histogram.disable();
  }

  /** The 99th percentile of the last minute or less, in ms. */
  read(): number {
    const ms = this.#histogram.count === 0 ? 0 : this.#histogram.percentile(99) / 1e6 - RESOLUTION_MS;
    if (this.#now() - this.#since >= WINDOW_MS) {
      this.#histogram.reset();
      this.#since = this.#now();
    }
    return Math.max(0, Math.round(ms * 10) / 10);
  }
}
