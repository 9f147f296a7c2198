import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSlidingMaximum } from '../../src/core/sliding-maximum.ts';

describe('sliding-window maximum', () => {
  it('[C4] rises at once and falls after the window', () => {
    const maximum = createSlidingMaximum(1_000, 100);
    maximum.set(5, 0);
    expect(maximum.highest(0)).toBe(5);
    maximum.set(3, 10);
    expect(maximum.highest(1_009)).toBe(5);
    expect(maximum.nextFallAt(500)).toBe(1_010);
    expect(maximum.highest(1_010)).toBe(3);
    expect(maximum.nextFallAt(1_010)).toBeUndefined();
  });

  it('[C4] a member who joins meanwhile replaces one who left', () => {
    const maximum = createSlidingMaximum(1_000, 100);
    maximum.set(2, 0);
    maximum.set(1, 100);
    maximum.set(2, 600);
    expect(maximum.nextFallAt(600)).toBeUndefined();
    expect(maximum.highest(5_000)).toBe(2);
  });

  it('[C4] a mass exit costs a bounded number of steps down', () => {
    const maximum = createSlidingMaximum(1_000, 100);
    maximum.set(10_000, 0);
    for (let left = 1; left <= 10_000; left++) maximum.set(10_000 - left, left / 10);
    let steps = 0;
    for (let at = maximum.nextFallAt(1_000); at !== undefined; at = maximum.nextFallAt(at)) steps++;
    expect(steps).toBeLessThanOrEqual(11);
    expect(maximum.highest(3_000)).toBe(0);
  });

  it('[C4] is the highest value of the window, at most one grain late', () => {
    const [windowMs, grainMs] = [1_000, 100];
    const change = fc.record({ value: fc.nat(20), afterMs: fc.integer({ min: 1, max: 400 }) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const maximum = createSlidingMaximum(windowMs, grainMs);
        // Every value with the time span in which it was in force.
        const history: { value: number; from: number; to: number }[] = [
          { value: 0, from: -Infinity, to: Infinity },
        ];
        let now = 0;
        for (const { value, afterMs } of changes) {
          now += afterMs;
          maximum.set(value, now);
          history.at(-1)!.to = now;
          history.push({ value, from: now, to: Infinity });
          const highestSince = (since: number): number =>
            Math.max(...history.filter(({ to }) => to > since).map(({ value }) => value));
          expect(maximum.highest(now)).toBeGreaterThanOrEqual(highestSince(now - windowMs));
          expect(maximum.highest(now)).toBeLessThanOrEqual(highestSince(now - windowMs - grainMs));
        }
      }),
    );
  });
});
