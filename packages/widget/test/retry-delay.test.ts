import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { retryDelayMs } from '../src/client/retry-delay.ts';

test('[W4] the delay doubles after each failure, up to 30 s', () => {
  const random = vi.spyOn(Math, 'random').mockReturnValue(0);
  expect([0, 1, 2, 3, 4, 5, 6, 2_000].map(retryDelayMs)).toEqual([
    1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
  ]);
  random.mockRestore();
});

test('[W4] half of the delay is jitter', () => {
  fc.assert(
    fc.property(fc.nat(5_000), (failures) => {
      const delay = retryDelayMs(failures);
      const longest = Math.min(30_000, 1_000 * 2 ** failures);
      expect(delay).toBeGreaterThan(longest / 2 - 1);
      expect(delay).toBeLessThanOrEqual(longest);
    }),
  );
});
