import { describe, expect, it } from 'vitest';
import { nextCheckDelay, selectBatch, type ChangingFiles } from '../../src/core/change-batch.ts';
import type { WriteInProgress } from '../../src/core/write-in-progress.ts';

/** Files that were saved once, a little longer than before, and checked; by the time of their last event. */
function changing(files: Record<string, Partial<WriteInProgress>>): ChangingFiles {
  const saved = {
    firstEventMs: 0,
    lastEventMs: 0,
    written: true,
    resumed: false,
    isolated: true,
    expected: false,
    eventSinceCheck: false,
  } as const;
  const writes = Object.entries(files).map(
    ([path, more]) => [path, { ...saved, stat: { size: 101, mtimeMs: 0 }, checked: true, ...more }] as const,
  );
  return { writes: new Map(writes), previous: () => ({ size: 100, mtimeMs: 0 }), debounceMs: 10 };
}

const many = (last: Partial<WriteInProgress>): ChangingFiles =>
  changing(
    Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`f${index}`, index === 8 ? last : {}])),
  );

describe('the files that are reported together', () => {
  it('[R2] wait until all of them are stable', () => {
    const files = changing({ a: {}, b: { lastEventMs: 5 } });
    expect(selectBatch(files, 12)).toEqual([]);
    expect(nextCheckDelay(files, 12)).toBe(3);
    expect(selectBatch(files, 15)).toEqual(['a', 'b']);
  });

  it('[R2] wait longer if they are many', () => {
    const files = many({ lastEventMs: 5 });
    expect(selectBatch(files, 64)).toEqual([]);
    expect(nextCheckDelay(files, 15)).toBe(50);
    expect(selectBatch(files, 65)).toHaveLength(9);
  });

  it('[R2] do not wait for a file that has grown for more than a second', () => {
    const growing = { firstEventMs: -1_000, lastEventMs: 9, grows: true };
    expect(selectBatch(changing({ log: growing, page: {} }), 10)).toEqual(['page']);
  });

  it('[R2] do not wait for one another once one of them is overdue', () => {
    const files = changing({ a: { firstEventMs: -995, grows: false }, b: { lastEventMs: 5 } });
    expect(nextCheckDelay(files, 2)).toBe(3);
    expect(selectBatch(files, 10)).toEqual(['a']);
  });

  it('[R2] are none while nothing changes', () => {
    expect(selectBatch(changing({}), 0)).toEqual([]);
  });
});

it('[R5] a file is checked again when its quiet period ends', () => {
  expect(nextCheckDelay(changing({ a: {} }), 4)).toBe(6);
  expect(nextCheckDelay(changing({ a: { stat: undefined } }), 20)).toBe(105);
});
