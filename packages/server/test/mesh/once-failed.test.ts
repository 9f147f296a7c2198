import { describe, it } from 'vitest';
import type { Step } from '../helpers/mesh-model.ts';
import { expectTruth } from '../helpers/mesh-model.ts';

const join = (server = 0, site = 0): Step => ({ kind: 'join', server, site });
const move = (page: number, server: number, halfOpen = false): Step => ({
  kind: 'move',
  page,
  server,
  halfOpen,
});
const wait = (ms: number): Step => ({ kind: 'wait', ms });
const start: Step = { kind: 'start' };
const to = (kind: 'kill' | 'freeze' | 'wake' | 'cut' | 'close', server = 0): Step => ({ kind, server });

/** What random faults have found, as small as they could be made. */
const stories: [name: string, steps: Step[]][] = [
  ['a page moves away, half-open, from a server that has only just come up', [join(37), move(0, 0, true)]],
  [
    'a page moves away from a server that has not come up yet, and then freezes',
    [join(), move(0, 0, true), to('freeze'), wait(500)],
  ],
  [
    'a page comes to a server that started when its last one died',
    [join(), wait(500), start, move(0, 13), to('kill'), join(), join(), wait(1)],
  ],
  [
    'the last server but one is frozen, and the last one dies before that could answer',
    [join(), to('freeze'), move(0, 8), start, wait(512), to('kill'), join(), to('freeze')],
  ],
  [
    'a sleeper wakes, and reports that it slept through were many',
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
    'a sleeper wakes, and who died meanwhile has left a beat that it had not seen',
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
    'a machine is lost, and others start when it has long been given up',
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
];

describe('what once went wrong in a mesh', () => {
  it.each(stories)('[C7, S5] %s', async (_name, steps) => {
    await expectTruth(steps);
  });
});
