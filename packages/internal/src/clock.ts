/** A monotonic clock. Times are in milliseconds and may have fractions. */
export interface Clock {
  now(): number;
  /** Runs `task` once, `delayMs` from now or a little later. Returns the way to call it off. */
  schedule(task: () => void, delayMs: number): () => void;
}
