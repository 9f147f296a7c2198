import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSlidingMaximum } from '../../src/core/sliding-maximum.ts';

describe('peak', () => {
  it('[C4] rises at once and falls after the window', () => {
    const peak = createSlidingMaximum(1_000, 100);
    peak.set(5, 0);
    expect(peak.highest(0)).toBe(5);
    peak.set(3, 10);
    expect(peak.highest(1_009)).toBe(5);
    expect(peak.nextFallAt(500)).toBe(1_010);
    expect(peak.highest(1_010)).toBe(3);
    expect(peak.nextFallAt(1_010)).toBeUndefined();
  });

  it('[C4] somebody who comes meanwhile takes the place of who left', () => {
    const peak = createSlidingMaximum(1_000, 100);
    peak.set(2, 0);
    peak.set(1, 100);
    peak.set(2, 600);
    expect(peak.nextFallAt(600)).toBeUndefined();
    expect(peak.highest(5_000)).toBe(2);
  });

  it('[C4] a mass exit costs a bounded number of steps down', () => {
    const peak = createSlidingMaximum(1_000, 100);
    peak.set(10_000, 0);
    for (let left = 1; left <= 10_000; left++) peak.set(10_000 - left, left / 10);
    let steps = 0;
    for (let at = peak.nextFallAt(1_000); at !== undefined; at = peak.nextFallAt(at)) steps++;
    expect(steps).toBeLessThanOrEqual(11);
    expect(peak.highest(3_000)).toBe(0);
  });

  it('[C4] is the highest value of the window, at most one grain late', () => {
    const [windowMs, grainMs] = [1_000, 100];
    const change = fc.record({ value: fc.nat(20), afterMs: fc.integer({ min: 1, max: 400 }) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const peak = createSlidingMaximum(windowMs, grainMs);
        // Every value with the time span in which it was in force.
        const history: { value: number; from: number; to: number }[] = [
          { value: 0, from: -Infinity, to: Infinity },
        ];
        let now = 0;
        for (const { value, afterMs } of changes) {
          now += afterMs;
          peak.set(value, now);
          history.at(-1)!.to = now;
          history.push({ value, from: now, to: Infinity });
          const highestSince = (since: number): number =>
            Math.max(...history.filter(({ to }) => to > since).map(({ value }) => value));
          expect(peak.highest(now)).toBeGreaterThanOrEqual(highestSince(now - windowMs));
          expect(peak.highest(now)).toBeLessThanOrEqual(highestSince(now - windowMs - grainMs));
        }
      }),
    );
  });
});
