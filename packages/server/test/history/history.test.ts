import { describe, expect, it } from 'vitest';
import { History } from '../../src/history/history.ts';
import { decodeRecord, encodeRecord } from '../../src/history/record-text.ts';

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;
/** A Tuesday, midnight UTC. */
const START = 20_000 * DAY;

function createWorld(maxSites = 10) {
  let now = START;
  const counts = new Map<string, number>();
  const left: string[] = [];
  const create = (): History =>
    new History({
      maxSites,
      timeOfDay: () => now * 1_000,
      people: (site) => counts.get(site) ?? 0,
      sites: () => [...counts].filter(([, people]) => people > 0).map(([site]) => site),
      onFull: (site) => left.push(site),
    });
  const history = create();
  return {
    history,
    left,
    create,
    now: () => now,
    advance: (seconds: number) => (now += seconds),
    set(site: string, people: number): void {
      counts.set(site, people);
      history.observe(site, people);
    },
    /** Records once a minute for as long. */
    run(seconds: number): void {
      for (let passed = 0; passed < seconds; passed += MINUTE) {
        now += MINUTE;
        history.record();
      }
    },
  };
}

describe('history', () => {
  it('[T1] has a sample a minute, and the lowest and highest number between', () => {
    const { history, set, run, advance } = createWorld();
    set('a.example', 3);
    run(2 * MINUTE);
    advance(20);
    set('a.example', 9);
    set('a.example', 1);
    set('a.example', 4);
    expect(history.samples('a.example', '15m')).toEqual({
      stepSeconds: 60,
      samples: [
        [START, 3, 3, 3],
        [START + MINUTE, 3, 3, 3],
        [START + 2 * MINUTE, 1, 3, 9],
      ],
    });
    expect(history.samples('b.example', '15m').samples).toEqual([]);
  });

  it('[T1] hours and days have the lowest, mean and highest number of their minutes', () => {
    const { history, set, run } = createWorld();
    set('a.example', 10);
    run(30 * MINUTE);
    set('a.example', 20);
    run(30 * MINUTE);
    set('a.example', 0);
    run(HOUR);
    const hours = history.samples('a.example', '30d');
    expect(hours.stepSeconds).toBe(HOUR);
    expect(hours.samples).toHaveLength(3);
    expect(hours.samples[0]).toEqual([START, 10, expect.closeTo(14.8, 0), 20]);
    expect(hours.samples[1]).toEqual([START + HOUR, 0, expect.closeTo(0.3, 0), 20]);
    const [day] = history.samples('a.example', '2y').samples;
    expect(day).toEqual([START, 0, expect.any(Number), 20]);
  });

  it('[T1] a number after the last record of an hour belongs to that hour', () => {
    const { history, set, run, advance } = createWorld();
    set('a.example', 1);
    run(59 * MINUTE);
    advance(30);
    set('a.example', 50);
    set('a.example', 1);
    advance(30);
    history.record();
    expect(history.samples('a.example', '30d').samples[0]).toEqual([START, 1, 1, 50]);
  });

  it('[T1] a time without a server is absent, and samples that are too old are dropped', () => {
    const { history, set, run, advance } = createWorld();
    set('a.example', 5);
    run(2 * MINUTE);
    advance(3 * HOUR);
    history.record();
    const times = history.samples('a.example', '24h').samples.map(([at]) => at - START);
    expect(times).toEqual([0, MINUTE, 2 * MINUTE, 3 * HOUR + 2 * MINUTE]);
    expect(history.samples('a.example', '15m').samples).toHaveLength(1);
    advance(23 * HOUR);
    history.record();
    expect(history.samples('a.example', '24h').samples).toHaveLength(2);
    advance(3 * 365 * DAY);
    history.record();
    for (const range of ['15m', '24h', '30d', '2y'] as const) {
      expect(history.samples('a.example', range).samples).toHaveLength(1);
    }
  });

  it('[T1] a clock that is set back drops what is later', () => {
    const { history, set, run, advance } = createWorld();
    set('a.example', 5);
    run(10 * MINUTE);
    advance(-5 * MINUTE);
    history.record();
    const times = history.samples('a.example', '15m').samples.map(([at]) => (at - START) / MINUTE);
    expect(times).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('[T2] knows the peaks of today (UTC) and of all time, and when they were', () => {
    const { history, set, run, advance } = createWorld();
    expect(history.peaks('a.example')).toEqual({ today: null, allTime: null });
    set('a.example', 7);
    advance(10);
    set('a.example', 3);
    run(MINUTE);
    const first = { people: 7, at: START };
    expect(history.peaks('a.example')).toEqual({ today: first, allTime: first });
    advance(DAY);
    const today = { people: 3, at: START + DAY + 10 + MINUTE };
    expect(history.peaks('a.example')).toEqual({ today, allTime: first });
    set('a.example', 0);
    advance(DAY);
    expect(history.peaks('a.example')).toEqual({ today: null, allTime: first });
  });

  it('[T2] the trend is the last hour by minutes', () => {
    const { history, set, run } = createWorld();
    set('a.example', 2);
    run(3 * MINUTE);
    const trend = history.trend('a.example');
    expect(trend).toHaveLength(60);
    expect(trend.slice(-5)).toEqual([0, 2, 2, 2, 2]);
    expect(history.trend('b.example')).toEqual(new Array(60).fill(0));
  });

  it('[T3] a site past the maximum gets no history, which is reported once', () => {
    const { history, set, run, left } = createWorld(2);
    for (const site of ['a.example', 'b.example', 'c.example', 'd.example']) set(site, 1);
    run(5 * MINUTE);
    expect([...history.sites()]).toEqual(['a.example', 'b.example']);
    expect(left).toEqual(['c.example']);
  });

  it('[T3] a site that has been empty for a week gives its place to another one', () => {
    const { history, set, run, advance } = createWorld(2);
    set('a.example', 1);
    set('b.example', 1);
    set('a.example', 0);
    run(MINUTE);
    advance(7 * DAY);
    set('c.example', 1);
    expect([...history.sites()]).toEqual(['b.example', 'c.example']);
    set('d.example', 1);
    expect([...history.sites()]).toEqual(['b.example', 'c.example']);
  });

  it('[T4] goes on after a restart with what was stored', () => {
    const { history, set, run, create, advance } = createWorld();
    set('a.example', 30);
    set('a.example', 12);
    run(2 * HOUR);
    const records = [...history.records()];
    advance(10 * MINUTE);
    const next = create();
    next.observe('a.example', 12);
    next.record();
    next.restore(records.map((record) => decodeRecord(encodeRecord(record))!));
    next.record();
    expect(next.since('a.example')).toBe(START);
    expect(next.peaks('a.example')).toEqual(history.peaks('a.example'));
    const minutes = next.samples('a.example', '24h').samples;
    expect(minutes).toHaveLength(122);
    expect(minutes.at(-1)).toEqual([START + 130 * MINUTE, 12, 12, 12]);
    expect(next.samples('a.example', '30d').samples).toHaveLength(3);
    expect(next.samples('a.example', '30d').samples[0]).toEqual([START, 12, expect.any(Number), 30]);
  });
});
