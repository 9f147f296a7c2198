import { setImmediate } from 'node:timers/promises';

/** How long background work may block the event loop, in ms. */
const SLICE_MS = 4;

/** Divides background work into slices, between which everything else is served. */
export class TimeSlice {
  #endMs = performance.now() + SLICE_MS;

  isOver(): boolean {
    return performance.now() >= this.#endMs;
  }

  /** Lets the event loop turn once, and begins the next slice. */
  async next(): Promise<void> {
    await setImmediate();
    this.#endMs = performance.now() + SLICE_MS;
  }
}
