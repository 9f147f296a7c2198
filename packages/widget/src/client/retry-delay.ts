const BASE_MS = 1_000;
const MAX_MS = 30_000;

/** The delay before the next attempt: exponential backoff from 1 s to 30 s, of which a random half is jitter. */
export function retryDelayMs(failures: number): number {
  return Math.min(MAX_MS, BASE_MS * 2 ** failures) * (1 - Math.random() / 2);
}
