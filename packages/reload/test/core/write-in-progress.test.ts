import { describe, expect, it } from 'vitest';
import {
  isOverdue,
  isStable,
  quietPeriod,
  recordCheck,
  type WriteInProgress,
} from '../../src/core/write-in-progress.ts';

const DEBOUNCE_MS = 10;
const file = (size: number, mtimeMs = 0) => ({ size, mtimeMs });

/** A file that was written at 0 ms and checked. */
function write(size: number | undefined, more: Partial<WriteInProgress> = {}): WriteInProgress {
  const stat = size === undefined ? undefined : file(size);
  return {
    firstEventMs: 0,
    lastEventMs: 0,
    written: true,
    resumed: false,
    isolated: true,
    expected: false,
    stat,
    checked: true,
    eventSinceCheck: false,
    ...more,
  };
}

describe('the quiet period of a file', () => {
  it.each<[string, WriteInProgress, number | undefined, number]>([
    ['a little longer than before', write(101), 100, 10],
    ['unchanged in length, where a buffer ends', write(8_192), 8_192, 10],
    ['renamed into place', write(4_096, { written: false }), 100_000, 10],
    ['a temporary file that came and went', write(undefined), undefined, 10],
    ['deleted', write(undefined, { written: false }), 100, 125],
    ['empty', write(0), 100, 125],
    ['new', write(101), undefined, 125],
    ['much shorter than before', write(79), 100, 125],
    ['much longer than before', write(100_000), 2_000, 125],
    ['cut where a buffer ends', write(98_304), 100_000, 125],
    ['growing', write(101, { grows: true }), 100, 125],
    ['written again right after it was reported', write(101, { resumed: true }), 100, 125],
  ])('[R5] %s', (_name, now, before, expectedMs) => {
    const previous = before === undefined ? undefined : file(before);
    expect(quietPeriod(now, previous, DEBOUNCE_MS)).toBe(expectedMs);
    expect(quietPeriod(now, previous, 500)).toBe(500);
    expect(isStable(now, previous, DEBOUNCE_MS, expectedMs - 1)).toBe(false);
    expect(isStable(now, previous, DEBOUNCE_MS, expectedMs)).toBe(true);
  });
});

describe('a file that changes for long', () => {
  it('[R2] is reported after a second if it does not grow', () => {
    const saved = write(100, { lastEventMs: 990, resumed: true, grows: false });
    expect([999, 1_000].map((ms) => isOverdue(saved, ms))).toEqual([false, true]);
    expect([999, 1_000].map((ms) => isStable(saved, file(100), DEBOUNCE_MS, ms))).toEqual([false, true]);
  });

  it('[R5] is reported after half a minute if it grows', () => {
    const growing = write(100, { lastEventMs: 29_990, grows: true });
    expect([29_999, 30_000].map((ms) => isStable(growing, file(100), DEBOUNCE_MS, ms))).toEqual([
      false,
      true,
    ]);
  });

  it('[R5] is not reported before it was checked', () => {
    const { checked: _, ...unchecked } = write(100);
    expect(isStable(unchecked, file(100), DEBOUNCE_MS, 60_000)).toBe(false);
  });
});

describe('a check', () => {
  it('[R5] of a file that changed without an event counts as one', () => {
    const checked = write(100);
    recordCheck(checked, file(100), 20);
    expect(checked.lastEventMs).toBe(0);
    recordCheck(checked, file(100, 1), 40);
    expect(checked.lastEventMs).toBe(40);
  });

  it.each<[string, number[], boolean | undefined]>([
    ['grows: it becomes longer', [100, 101], true],
    ['grows: it pauses after it grew', [100, 200, 200], true],
    ['does not grow: it becomes a little shorter', [100, 200, 190], false],
    ['may grow: it was truncated, and nothing else is known', [100, 0], undefined],
    ['grows: it was truncated after it grew', [100, 200, 0], true],
  ])('[R5] shows that a file %s', (_name, sizes, expected) => {
    const checked = write(sizes[0]);
    for (const [index, size] of sizes.slice(1).entries()) recordCheck(checked, file(size, index + 1), 50);
    expect(checked.grows).toBe(expected);
  });
});
