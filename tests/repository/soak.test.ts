import { describe, expect, it } from 'vitest';
import { soakChart } from '../../bench/soak/chart.mjs';
import { figuresOf, slopesOf } from '../../bench/soak/figures.mjs';
import { Oracle } from '../../bench/soak/oracle.mjs';
import { FAULTS, roundsOf, type Round } from '../../bench/soak/schedule.mjs';
import { slopeOf } from '../../bench/soak/slope.mjs';
import { Timeline } from '../../bench/soak/timeline.mjs';

const plan = { seed: 7, connections: 5_000, minutes: 30 };

function take(count: number, options = plan): Round[] {
  const rounds = roundsOf(options);
  return Array.from({ length: count }, () => rounds.next().value);
}

describe('the schedule of the soak', () => {
  it('[docs] the same seed has the same rounds, another seed has others', () => {
    expect(take(50)).toEqual(take(50));
    expect(take(50)).not.toEqual(take(50, { ...plan, seed: 8 }));
  });

  it('[docs] every kind of fault happens before any of them happens again', () => {
    const kinds = Object.keys(FAULTS).sort();
    const rounds = take(3 * kinds.length);
    for (const part of [0, 1, 2]) {
      const deck = rounds.slice(part * kinds.length, (part + 1) * kinds.length);
      expect(deck.map(({ faults }) => faults[0]!.kind).sort()).toEqual(kinds);
    }
  });

  it('[docs] no clock jumps where it cannot', () => {
    const kinds = take(100, { ...plan, canJump: false } as typeof plan).flatMap(({ faults }) => faults);
    expect(kinds.map(({ kind }) => kind)).not.toContain('jump the clock');
  });

  it('[docs] two faults at the same time have different targets', () => {
    const doubles = take(200).filter(({ faults }) => faults.length > 1);
    expect(doubles.length).toBeGreaterThan(10);
    for (const { faults } of doubles) expect(faults[0]!.target).not.toBe(faults[1]!.target);
  });

  it('[docs] the server whose memory is measured is never ended', () => {
    const ended = take(500).flatMap(({ faults }) =>
      faults.filter(
        ({ kind, target }) => target === 'a' && ['kill', 'kill worker', 'restart'].includes(kind),
      ),
    );
    expect(ended).toEqual([]);
  });
});

describe('the oracle of the soak', () => {
  function setUp(shown: Record<string, [total: number, isStale?: boolean][]>) {
    let now = 100_000;
    const clock = { now: () => now, lostWithin: () => 0 };
    const timeline = new Timeline(['a', 'b'], clock.now);
    const clients = Object.entries(shown).flatMap(([at, totals]) =>
      totals.map(([total, isStale = false]) => ({ at, kind: 'own', shown: total, isStale })),
    );
    for (const { at } of clients) {
      timeline.present(1);
      timeline.connected(at, 1);
    }
    const fleet = { size: clients.length, all: () => clients, showing: () => clients.values() };
    const oracle = new Oracle({ names: ['a', 'b'], clock, timeline, fleet } as never);
    const pass = (ms: number): void => {
      now += ms;
    };
    pass(10_000);
    oracle.exact();
    return { oracle, timeline, pass };
  }
  const wrong = { double: 0, wrong: 0, staleWithoutFault: 0 };

  it('[docs] accepts the exact total', () => {
    const { oracle } = setUp({ a: [[3], [3]], b: [[3]] });
    oracle.look();
    expect(oracle.result()).toMatchObject({ ...wrong, judged: 2 });
    expect(oracle.settled()).toMatchObject({ isExact: true, total: 3 });
  });

  it.each([
    ['a member that counts twice', [4], { ...wrong, double: 1 }],
    ['a member that counts twice in a stale total', [4, true], { ...wrong, double: 1, staleWithoutFault: 1 }],
    ['a member that is missing', [2], { ...wrong, wrong: 1 }],
    ['a stale total without a fault', [2, true], { ...wrong, staleWithoutFault: 1 }],
  ] as const)('[docs] finds %s', (_name, [total, isStale], found) => {
    const { oracle } = setUp({ a: [[3], [3]], b: [[total, isStale ?? false]] });
    oracle.look();
    expect(oracle.result()).toMatchObject(found);
    expect(oracle.result().examples[0]).toContain('at b (no fault)');
    expect(oracle.settled().isExact).toBe(false);
  });

  it('[docs] during a fault, each server has to know its own clients, and none may count a client twice', () => {
    const { oracle, pass } = setUp({ a: [[2], [2]], b: [[1, true]] });
    oracle.begin('cut b', ['b']);
    pass(5_000);
    oracle.look();
    expect(oracle.result()).toMatchObject(wrong);
    const { oracle: other } = setUp({ a: [[1], [4]], b: [[3]] });
    other.begin('cut b', ['b']);
    other.look();
    expect(other.result()).toMatchObject({ ...wrong, double: 1 });
  });

  it('[docs] clients that leave during a fault may be counted until it has ended', () => {
    const { timeline, pass } = setUp({ a: [[3], [3]], b: [[3]] });
    const fault = { sinceMs: 110_000, targets: ['b'] };
    timeline.departed();
    timeline.connected('b', -1);
    timeline.present(-1);
    timeline.present(1);
    timeline.connected('a', 1);
    pass(5_000);
    expect(timeline.range('a', { lagMs: 1_700, fault })).toEqual({ low: 2, high: 4 });
    expect(timeline.range('a', { lagMs: 1_700 })).toEqual({ low: 3, high: 3 });
  });
});

const ORACLE = { double: 0, wrong: 0, staleWithoutFault: 0, judged: 100, stalled: 10 };

/** The limits that a run misses. */
function missedBy(run: object): string[] {
  const empty = {
    rounds: [],
    slopes: [],
    surplus: [],
    keys: [],
    crashes: [],
    problems: [],
    withinMs: 25_000,
  };
  const figures = figuresOf({ oracle: ORACLE, ...empty, ...run });
  return figures.filter(({ verdict }) => verdict === 'missed').map(({ name }) => name);
}

describe('the growth of memory in the soak', () => {
  const sample = (minutes: number, connections: number, value: number) => ({ minutes, connections, value });

  it('[docs] is a slope by least squares', () => {
    const noise = [0.3, -0.2, -0.1, 0.1, -0.1];
    const samples = noise.map((error, minutes) => sample(minutes, 100, 50 + 2 * minutes + error));
    expect(slopeOf(samples)).toBeCloseTo(1.95, 1);
  });

  it('[docs] does not contain what connections need', () => {
    const counts = [100, 400, 200, 700, 500, 900];
    const samples = counts.map((connections, minutes) =>
      sample(minutes, connections, 50 + 0.5 * minutes + 0.01 * connections),
    );
    expect(slopeOf(samples)).toBeCloseTo(0.5, 6);
  });

  it('[docs] a leak of 2 MB a minute misses the limit, and a short life is not judged', () => {
    const life = (minutes: number) =>
      Array.from({ length: minutes * 12 }, (_, index) => ({
        seconds: index * 5,
        role: 'a',
        pid: minutes,
        connections: 100,
        files: 20,
        heapUsed: 20e6 + (index / 12) * 2e6,
        rss: 90e6,
      }));
    const slopes = slopesOf([...life(20), ...life(6)]);
    expect(slopes).toHaveLength(1);
    expect(slopes[0]!.heap).toBeCloseTo(2, 6);
    expect(slopes[0]!.rss).toBeCloseTo(0, 6);
    const rounds = [{ exactMs: 1_000 }];
    expect(missedBy({ slopes, rounds })).toEqual(['soak: growth of the heap, a']);
  });

  it('[docs] a run without a fault, or on a machine that stalls all the time, is missed', () => {
    expect(missedBy({})).toEqual(['soak: a run without a fault']);
    const rounds = [{ exactMs: 1_000 }];
    const stalled = 'soak: looks while a process was stalled';
    expect(missedBy({ rounds, oracle: { ...ORACLE, stalled: 95 } })).toEqual([stalled]);
    expect(missedBy({ rounds, oracle: { ...ORACLE, judged: 0 } })).toEqual([stalled]);
  });
});

it('[docs] the chart of the soak marks faults and escapes their names', () => {
  const rounds = [{ from: 1, to: 2, exactAt: 3, what: 'cut <b>' }];
  const panels = [
    {
      title: 'Clients',
      lines: [
        {
          name: 'clients',
          points: [
            [0, 5],
            [1, null],
            [2, 10],
          ],
        },
      ],
    },
  ];
  const svg = soakChart({ title: 'Soak', seconds: 10, rounds, panels } as never);
  expect(svg).toContain('<title>cut &lt;b&gt;</title>');
  expect(svg).toContain('clients');
  expect(svg).not.toMatch(/NaN|undefined/);
});
