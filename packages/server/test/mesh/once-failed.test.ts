import { describe, it } from 'vitest';
import type { Step } from '../helpers/mesh-model.ts';
import { expectTrueTotals } from '../helpers/mesh-model.ts';

const join = (server = 0, site = 0): Step => ({ kind: 'join', server, site });
const move = (client: number, server: number, halfOpen = false): Step => ({
  kind: 'move',
  client,
  server,
  halfOpen,
});
const wait = (ms: number): Step => ({ kind: 'wait', ms });
const start: Step = { kind: 'start' };
const to = (kind: 'kill' | 'freeze' | 'wake' | 'cut' | 'heal' | 'close', server = 0): Step => ({
  kind,
  server,
});

/** Failures that random faults have found, reduced. */
const cases: [name: string, steps: Step[]][] = [
  ['a client leaves a half-open connection to a server that has just started', [join(37), move(0, 0, true)]],
  [
    'a client leaves a half-open connection to a server that is starting and then freezes',
    [join(), move(0, 0, true), to('freeze'), wait(500)],
  ],
  [
    'a client connects to a server that started when its old server died',
    [join(), wait(500), start, move(0, 13), to('kill'), join(), join(), wait(1)],
  ],
  [
    'a claimant dies before the frozen old server can acknowledge its claim',
    [join(), to('freeze'), move(0, 8), start, wait(512), to('kill'), join(), to('freeze')],
  ],
  [
    'a frozen server wakes after it has missed many deltas',
    [
      join(),
      join(127),
      wait(500),
      to('freeze'),
      join(),
      move(1, 0, true),
      wait(5_177),
      move(0, 0),
      wait(24_000),
    ],
  ],
  [
    'a frozen server wakes and reads the last heartbeat of a server that died meanwhile',
    [
      join(),
      wait(500),
      join(153),
      start,
      to('freeze'),
      wait(4),
      to('kill'),
      wait(2_238),
      move(0, 0),
      wait(12_763),
      join(),
    ],
  ],
  [
    'servers start long after a machine without a network was evicted',
    [
      join(),
      wait(510),
      to('cut'),
      wait(15_500),
      start,
      start,
      move(0, 0),
      wait(8_012),
      join(),
      move(0, 0),
      to('kill', 46),
    ],
  ],
  [
    'a server that was cut off returns when another lost one has been evicted',
    [
      join(),
      join(),
      wait(12),
      to('cut'),
      start,
      to('cut', 706),
      move(474, 778),
      { kind: 'leave', client: 159, halfOpen: false },
      wait(21_990),
      to('heal', 136),
      wait(8_010),
    ],
  ],
];

describe('faults that once failed', () => {
  it.each(cases)('[C7, S5] %s', async (_name, steps) => {
    await expectTrueTotals(steps);
  });
});
