import { setImmediate } from 'node:timers/promises';

/** Divides background work into slices, between which everything else is served. */
export class TimeSlice {
  readonly #sliceMs: number;
  #endMs: number;

  /** @param sliceMs how long the work may block the event loop, in ms. */
  constructor(sliceMs: number) {
    this.#sliceMs = sliceMs;
    this.#endMs = performance.now() + sliceMs;
  }

  isOver(): boolean {
    return performance.now() >= this.#endMs;
  }

  /** Lets the event loop turn once, and begins the next slice. */
  async next(): Promise<void> {
    await setImmediate();
    this.#endMs = performance.now() + this.#sliceMs;
  }
}
