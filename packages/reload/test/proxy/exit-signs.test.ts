import { expect, it } from 'vitest';
import { isExit } from '../../src/serving/proxy/exit-signs.ts';

it.each([
  ['all idle connections close at once', { closedMs: [400, 300, 100], open: 0 }, true],
  ['the only one closes', { closedMs: [400], open: 0 }, true],
  ['the only one closes at once, as behind a port forwarder', { closedMs: [3], open: 0 }, false],
  ['one of several closes sooner than any idle timeout', { closedMs: [350], open: 2 }, true],
  ['one of several closes at once, as behind a port forwarder', { closedMs: [3], open: 2 }, false],
  [
    'one of several closes that has reached a short idle timeout that is known',
    { closedMs: [480], open: 2, idleMs: 500 },
    false,
  ],
  ['one of several closes: an idle timeout', { closedMs: [5_000], open: 3 }, false],
  [
    'two of similar age close: an idle timeout that is checked once a second',
    { closedMs: [5_400, 5_000], open: 2 },
    false,
  ],
  [
    'two of different ages close: another process has taken the port before',
    { closedMs: [2_000, 1_300], open: 2 },
    true,
  ],
  ['three close and one stays open', { closedMs: [900, 600, 500], open: 1 }, true],
  [
    'two close that have reached the known idle timeout',
    { closedMs: [5_900, 5_000], open: 2, idleMs: 5_000 },
    false,
  ],
])(
  '[R1] %s',
  (
    _what,
    { idleMs = Infinity, ...closings }: { closedMs: number[]; open: number; idleMs?: number },
    expected,
  ) => {
    expect(isExit({ ...closings, idleMs })).toBe(expected);
  },
);
