/** How long to wait before the next request, in ms. */
export interface PollTimes {
  intervalMs: number;
  /** How long the latest request took. */
  tookMs: number;
  /** How many requests in a row have failed. */
  failures: number;
}

/** A request may take at most this share of the time, so that long answers are asked for less often. */
const BUSY_SHARE = 0.1;
const MAX_DELAY_MS = 30_000;

/** Grows with slow answers, and doubles with each failure up to 30 s. */
export function pollDelay({ intervalMs, tookMs, failures }: PollTimes): number {
  const calm = Math.max(intervalMs, tookMs / BUSY_SHARE);
  return Math.min(MAX_DELAY_MS, calm * 2 ** Math.min(failures, 10));
}
