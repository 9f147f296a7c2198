const BASE_MS = 1_000;
const MAX_MS = 30_000;

/** How long to wait before the next attempt: doubling from 1 s to 30 s, of which a random half is kept. */
export function retryDelayMs(failures: number): number {
  return Math.min(MAX_MS, BASE_MS * 2 ** failures) * (1 - Math.random() / 2);
}
