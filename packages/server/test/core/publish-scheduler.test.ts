import { describe, expect, it } from 'vitest';
import { createPublishScheduler } from '../../src/core/publish-scheduler.ts';
import type { TotalUpdate } from '../../src/core/ports.ts';
import { createFakeClock } from '@live-online/internal/testing/fake-clock';

function setUp({ hold = false, decreaseDelayMs = 1_000 } = {}) {
  const clock = createFakeClock();
  const said: { site: string; total: number; stale: boolean; at: number }[] = [];
  const held: (() => void)[] = [];
  const stale = new Set<string>();
  const announcer = createPublishScheduler({
    clock,
    minUpdateIntervalMs: 100,
    decreaseDelayMs,
    isStale: (site) => stale.has(site),
    deliver({ site, total, stale }: TotalUpdate, _previous, done) {
      said.push({ site, total, stale, at: clock.now() - startedAt });
      if (hold) held.push(done);
      else done();
    },
  });
  const startedAt = clock.now();
  return { clock, said, held, stale, announcer, totals: () => said.map(({ total }) => total) };
}

describe('announcer', () => {
  it('[C4] announces a rise within a tick', () => {
    const { clock, announcer, said } = setUp();
    announcer.update('a', 1);
    clock.advance(100);
    expect(said).toMatchObject([{ site: 'a', total: 1 }]);
    announcer.update('a', 2);
    clock.advance(100);
    expect(said).toHaveLength(2);
    expect(said[1]!.total).toBe(2);
  });

  it('[C4] lets a fall wait for a second', () => {
    const { clock, announcer, said } = setUp();
    announcer.update('a', 3);
    clock.advance(500);
    announcer.update('a', 2);
    clock.advance(999);
    expect(said).toHaveLength(1);
    clock.advance(101);
    expect(said.at(-1)!.total).toBe(2);
    expect(said.at(-1)!.at).toBeGreaterThanOrEqual(1_500);
  });

  it('[C4] says nothing when somebody walks from page to page', () => {
    const { clock, announcer, totals } = setUp();
    announcer.update('a', 2);
    clock.advance(100);
    for (let page = 0; page < 20; page++) {
      announcer.update('a', 1);
      clock.advance(300);
      announcer.update('a', 2);
      clock.advance(900);
    }
    expect(totals()).toEqual([2]);
  });

  it('[C4] a page that was told more than was announced hears of it when the total falls back before the next tick', () => {
    const { clock, announcer, totals } = setUp({ decreaseDelayMs: 0 });
    announcer.update('a', 1);
    clock.advance(10);
    announcer.update('a', 2);
    expect(announcer.current('a').total).toBe(2);
    announcer.update('a', 1);
    clock.advance(100);
    expect(totals()).toEqual([1, 1]);
    clock.advance(1_000);
    expect(totals()).toEqual([1, 1]);
  });

  it('[C9] a page that was told an old total hears that it is exact', () => {
    const { clock, announcer, said, stale } = setUp();
    announcer.update('a', 1);
    clock.advance(10);
    stale.add('a');
    expect(announcer.current('a').stale).toBe(true);
    stale.delete('a');
    clock.advance(100);
    expect(said.at(-1)).toMatchObject({ total: 1, stale: false });
    expect(said).toHaveLength(2);
  });

  it('[C4] a busy site still falls, to the highest total of the last second', () => {
    const { clock, announcer, said } = setUp();
    announcer.update('a', 100);
    clock.advance(100);
    // Ten people leave and nine come every second.
    let total = 100;
    for (let tenth = 0; tenth < 600; tenth++) {
      announcer.update('a', --total);
      clock.advance(50);
      if (tenth % 10 !== 0) announcer.update('a', ++total);
      clock.advance(50);
    }
    expect(total).toBe(40);
    expect(said.at(-1)!.total).toBeLessThanOrEqual(43);
  });

  it('[C5] announces a storm of arrivals by ticks, not by arrivals', () => {
    const { clock, announcer, said, totals } = setUp();
    for (let arrived = 1; arrived <= 1_000; arrived++) {
      announcer.update('a', arrived);
      clock.advance(1);
    }
    clock.advance(1_000);
    expect(said.length).toBeLessThanOrEqual(12);
    expect(totals().at(-1)).toBe(1_000);
    said.slice(1).forEach(({ at }, index) => expect(at - said[index]!.at).toBeGreaterThanOrEqual(99));
  });

  it('[C5] plans at most one look a site, however many changes there are', () => {
    const { clock, announcer } = setUp();
    for (let change = 0; change < 500; change++) announcer.update('a', change % 7);
    expect(clock.planned).toBe(1);
  });

  it('[C5] does not begin the next announcement of a site before the last is delivered', () => {
    const { clock, announcer, held, totals } = setUp({ hold: true });
    announcer.update('a', 1);
    clock.advance(100);
    announcer.update('a', 2);
    announcer.update('b', 1);
    clock.advance(5_000);
    expect(totals()).toEqual([1, 1]);
    held[0]!();
    clock.advance(100);
    expect(totals()).toEqual([1, 1, 2]);
  });

  it('[C3] tells a newcomer the total without waiting, and never less than the others see', () => {
    const { clock, announcer } = setUp();
    announcer.update('a', 1);
    expect(announcer.current('a').total).toBe(1);
    announcer.update('a', 3);
    clock.advance(200);
    announcer.update('a', 2);
    expect(announcer.current('a').total).toBe(3);
    clock.advance(1_200);
    expect(announcer.current('a').total).toBe(2);
  });

  it('[C6] numbers announcements upwards, newcomers’ included', () => {
    const { announcer } = setUp();
    announcer.update('a', 1);
    const first = announcer.current('a');
    expect(announcer.current('a').sequence).toBeGreaterThan(first.sequence);
  });

  it('[C9] announces that totals are old, and that they are up to date again', () => {
    const { clock, announcer, said, stale } = setUp();
    announcer.update('a', 2);
    clock.advance(1_000);
    stale.add('a');
    announcer.review();
    clock.advance(100);
    expect(announcer.current('a')).toMatchObject({ total: 2, stale: true });
    stale.delete('a');
    announcer.update('a', 2);
    clock.advance(100);
    expect(said).toMatchObject([{ stale: false }, { total: 2, stale: true }, { total: 2, stale: false }]);
  });

  it('[C9] what was believed while totals were old is not announced once they are not', () => {
    const { clock, announcer, said, stale } = setUp();
    announcer.update('a', 100);
    clock.advance(1_000);
    stale.add('a');
    announcer.update('a', 109);
    announcer.update('a', 104);
    stale.delete('a');
    announcer.refresh();
    clock.advance(2_000);
    expect(said.map(({ total }) => total)).toEqual([100, 104]);
  });

  it('[C1] forgets a site that everybody has left', () => {
    const { clock, announcer, totals } = setUp();
    announcer.update('a', 1);
    clock.advance(100);
    announcer.update('a', 0);
    clock.advance(2_000);
    expect(totals()).toEqual([1, 0]);
    expect(clock.planned).toBe(0);
    expect(announcer.current('a').total).toBe(0);
  });

  it('[C4] a rise does not wait for a fall that is planned later', () => {
    const { clock, announcer, said } = setUp();
    announcer.update('a', 5);
    clock.advance(500);
    announcer.update('a', 4);
    announcer.update('a', 6);
    clock.advance(10);
    expect(said.at(-1)!.total).toBe(6);
  });

  it('[C5] plans nothing any more once closed', () => {
    const { clock, announcer } = setUp();
    announcer.update('a', 1);
    announcer.close();
    expect(clock.planned).toBe(0);
  });
});
