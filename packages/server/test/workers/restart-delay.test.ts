import { describe, expect, it } from 'vitest';
import { restartDelay } from '../../src/workers/worker-slot.ts';

describe('restart of workers', () => {
  it('[S8] waits twice as long after each failure, up to 30 s, minus a random part', () => {
    expect([0, 1, 2, 6, 7, 20].map((failures) => restartDelay(failures, 1))).toEqual([
      250, 500, 1_000, 16_000, 30_000, 30_000,
    ]);
    expect(restartDelay(2, 0)).toBe(500);
  });
});
