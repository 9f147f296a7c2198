/** A monotonic clock. Times are in milliseconds and may have fractions. */
export interface Clock {
  now(): number;
  /** Runs `task` once, after `delayMs` or a little later. Returns a function that cancels it. */
  schedule(task: () => void, delayMs: number): () => void;
}
