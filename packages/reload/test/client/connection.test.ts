import { describe, expect, it } from 'vitest';
import { probeDelay } from '../../src/client/connection.ts';

describe('how long a page waits until it probes a lost server again', () => {
  it.each([
    [0, 100],
    [9_999, 100],
    [10_000, 500],
    [60_000, 2_000],
    [3_600_000, 2_000],
  ])('[R6] %i ms after the loss: %i ms', (awayMs, expectedMs) => {
    expect(probeDelay(awayMs, 0, false)).toBe(expectedMs);
  });

  it('[R6] a server that responds and rejects the socket: twice as long each time, up to a minute', () => {
    const delays = [1, 2, 3, 7, 100].map((rejections) => probeDelay(0, rejections, false));
    expect(delays).toEqual([1_000, 2_000, 4_000, 60_000, 60_000]);
  });

  it('[R6] a hidden page: a second at least', () => {
    expect([probeDelay(0, 0, true), probeDelay(60_000, 0, true)]).toEqual([1_000, 2_000]);
  });
});
