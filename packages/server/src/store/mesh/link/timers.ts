import type { Clock } from '../../../core/ports.ts';

/** At most one timer of each name. */
export class Timers<Name extends string> {
  readonly #clock: Clock;
  readonly #cancels = new Map<Name, () => void>();
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Does nothing if there is a timer of this name. */
  schedule(name: Name, delayMs: number, task: () => void): void {
    if (this.#isClosed || this.#cancels.has(name)) return;
    const run = (): void => {
      this.#cancels.delete(name);
      task();
    };
    this.#cancels.set(name, this.#clock.schedule(run, delayMs));
  }

  cancel(name: Name): void {
    this.#cancels.get(name)?.();
    this.#cancels.delete(name);
  }

  close(): void {
    this.#isClosed = true;
    for (const name of [...this.#cancels.keys()]) this.cancel(name);
  }
}
