/** How long a delivery is tried, from its event on, in ms. */
export const GIVE_UP_MS = 3_600_000;
/** The delay before the second attempt, and the longest one, in ms. */
const RETRY_MS = { first: 5_000, longest: 600_000 };

/**
 * How long to wait after an attempt that failed, in ms: it doubles with each attempt, minus a random part of up to a half.
 *
 * @param attempts how many there have been, from 1 on.
 * @param random from 0 up to 1.
 * @param retryAfterMs what the receiver asks for.
 */
export function retryDelayMs(attempts: number, random: number, retryAfterMs = 0): number {
  const backoffMs = Math.min(RETRY_MS.longest, RETRY_MS.first * 2 ** (attempts - 1)) * (1 - random / 2);
  return Math.max(backoffMs, Math.min(retryAfterMs, RETRY_MS.longest));
}
