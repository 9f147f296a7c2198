/** How long to wait before the next attempt at a link, in ms: doubling, less a random part of up to a half. */
const RETRY_MS = { first: 50, max: 500 };
/** How soon subscribers are counted again while there are suspects, in ms. */
export const SUSPECT_INTERVAL_MS = 350;
/** Changes within this time are one delta, also after a quiet time, in ms. */
const COALESCE_MS = 3;
/** After so many flushes without a pause the interval is doubled. */
const LONG_STREAK = 4;

/** @param failures how many attempts have failed in a row before this one. */
export function retryDelayMs(failures: number, random: number): number {
  return Math.min(RETRY_MS.max, RETRY_MS.first * 2 ** failures) * (1 - random / 2);
}

/** At most so many sessions are begun within this time because of what others sent or wrote in the name of this server. */
export const RENEWALS = { count: 3, withinMs: 3_000 };

/** How long to wait before such a session. @param renewedAtMs when the last ones were begun, oldest first */
export function renewalDelayMs(renewedAtMs: readonly number[], now: number): number {
  const first = renewedAtMs.at(-RENEWALS.count);
  return first === undefined ? 0 : Math.max(0, first + RENEWALS.withinMs - now);
}

/** When flushes have been. */
export interface Pace {
  readonly flushedAtMs: number;
  /** How many flushes have followed each other without a pause. */
  readonly streak: number;
}

export const RESTED: Pace = { flushedAtMs: -Infinity, streak: 0 };

/** How long to wait before the next flush, in ms. */
export function flushDelayMs({ flushedAtMs, streak }: Pace, intervalMs: number, now: number): number {
  const pauseMs = streak < LONG_STREAK ? intervalMs : 2 * intervalMs;
  return Math.max(COALESCE_MS, flushedAtMs + pauseMs - now);
}

/** The pace after a flush. */
export function flushed({ flushedAtMs, streak }: Pace, intervalMs: number, now: number): Pace {
  return { flushedAtMs: now, streak: now - flushedAtMs < 3 * intervalMs ? streak + 1 : 0 };
}
