import { describe, expect, it } from 'vitest';
import { PublishScheduler } from '../../src/core/publish-scheduler.ts';
import type { TotalUpdate } from '../../src/core/ports.ts';
import { createFakeClock } from '@live-online/internal/testing/fake-clock';

function setUp({ hold = false, decreaseDelayMs = 1_000 } = {}) {
  const clock = createFakeClock();
  const published: { site: string; total: number; stale: boolean; at: number }[] = [];
  const held: (() => void)[] = [];
  /** How long each total had been due when it was published, in ms. */
  const waited: number[] = [];
  const stale = new Set<string>();
  const scheduler = new PublishScheduler({
    clock,
    minUpdateIntervalMs: 100,
    decreaseDelayMs,
    isStale: (site) => stale.has(site),
    publish({ site, total, stale }: TotalUpdate, _previous, done, sinceMs) {
      waited.push(clock.now() - sinceMs);
      published.push({ site, total, stale, at: clock.now() - startedAt });
      if (hold) held.push(done);
      else done();
    },
  });
  const startedAt = clock.now();
  return {
    clock,
    published,
    held,
    stale,
    scheduler,
    waited,
    totals: () => published.map(({ total }) => total),
  };
}

describe('publish scheduler', () => {
  it('[C4] publishes a rise within a tick', () => {
    const { clock, scheduler, published } = setUp();
    scheduler.setTotal('a', 1);
    clock.advance(100);
    expect(published).toMatchObject([{ site: 'a', total: 1 }]);
    scheduler.setTotal('a', 2);
    clock.advance(100);
    expect(published).toHaveLength(2);
    expect(published[1]!.total).toBe(2);
  });

  it('[C4] publishes a fall after a second', () => {
    const { clock, scheduler, published } = setUp();
    scheduler.setTotal('a', 3);
    clock.advance(500);
    scheduler.setTotal('a', 2);
    clock.advance(999);
    expect(published).toHaveLength(1);
    clock.advance(101);
    expect(published.at(-1)!.total).toBe(2);
    expect(published.at(-1)!.at).toBeGreaterThanOrEqual(1_500);
  });

  it('[C4] publishes nothing when a visitor changes pages', () => {
    const { clock, scheduler, totals } = setUp();
    scheduler.setTotal('a', 2);
    clock.advance(100);
    for (let page = 0; page < 20; page++) {
      scheduler.setTotal('a', 1);
      clock.advance(300);
      scheduler.setTotal('a', 2);
      clock.advance(900);
    }
    expect(totals()).toEqual([2]);
  });

  it('[C4] corrects a connection that joined with a higher total, when the total falls back before the next tick', () => {
    const { clock, scheduler, totals } = setUp({ decreaseDelayMs: 0 });
    scheduler.setTotal('a', 1);
    clock.advance(10);
    scheduler.setTotal('a', 2);
    expect(scheduler.current('a').total).toBe(2);
    scheduler.setTotal('a', 1);
    clock.advance(100);
    expect(totals()).toEqual([1, 1]);
    clock.advance(1_000);
    expect(totals()).toEqual([1, 1]);
  });

  it('[C9] corrects a connection that joined with a stale total, when the total is exact again', () => {
    const { clock, scheduler, published, stale } = setUp();
    scheduler.setTotal('a', 1);
    clock.advance(10);
    stale.add('a');
    expect(scheduler.current('a').stale).toBe(true);
    stale.delete('a');
    clock.advance(100);
    expect(published.at(-1)).toMatchObject({ total: 1, stale: false });
    expect(published).toHaveLength(2);
  });

  it('[C4] a busy site still falls, to the highest total of the last second', () => {
    const { clock, scheduler, published } = setUp();
    scheduler.setTotal('a', 100);
    clock.advance(100);
    // Ten members leave and nine join every second.
    let total = 100;
    for (let tenth = 0; tenth < 600; tenth++) {
      scheduler.setTotal('a', --total);
      clock.advance(50);
      if (tenth % 10 !== 0) scheduler.setTotal('a', ++total);
      clock.advance(50);
    }
    expect(total).toBe(40);
    expect(published.at(-1)!.total).toBeLessThanOrEqual(43);
  });

  it('[C5] publishes once a tick in a storm of joins', () => {
    const { clock, scheduler, published, totals } = setUp();
    for (let joined = 1; joined <= 1_000; joined++) {
      scheduler.setTotal('a', joined);
      clock.advance(1);
    }
    clock.advance(1_000);
    expect(published.length).toBeLessThanOrEqual(12);
    expect(totals().at(-1)).toBe(1_000);
    published
      .slice(1)
      .forEach(({ at }, index) => expect(at - published[index]!.at).toBeGreaterThanOrEqual(99));
  });

  it('[C5] has at most one timer a site, however many changes there are', () => {
    const { clock, scheduler } = setUp();
    for (let change = 0; change < 500; change++) scheduler.setTotal('a', change % 7);
    expect(clock.planned).toBe(1);
  });

  it('[C5] publishes the next update of a site only when the last one is delivered', () => {
    const { clock, scheduler, held, totals } = setUp({ hold: true });
    scheduler.setTotal('a', 1);
    clock.advance(100);
    scheduler.setTotal('a', 2);
    scheduler.setTotal('b', 1);
    clock.advance(5_000);
    expect(totals()).toEqual([1, 1]);
    held[0]!();
    clock.advance(100);
    expect(totals()).toEqual([1, 1, 2]);
  });

  it('[C3] the current total of a new connection does not wait, and is never below what the others have', () => {
    const { clock, scheduler } = setUp();
    scheduler.setTotal('a', 1);
    expect(scheduler.current('a').total).toBe(1);
    scheduler.setTotal('a', 3);
    clock.advance(200);
    scheduler.setTotal('a', 2);
    expect(scheduler.current('a').total).toBe(3);
    clock.advance(1_200);
    expect(scheduler.current('a').total).toBe(2);
  });

  it('[C6] numbers all updates upwards, including those of new connections', () => {
    const { scheduler } = setUp();
    scheduler.setTotal('a', 1);
    const first = scheduler.current('a');
    expect(scheduler.current('a').sequence).toBeGreaterThan(first.sequence);
  });

  it('[C9] publishes that a total is stale, and that it is exact again', () => {
    const { clock, scheduler, published, stale } = setUp();
    scheduler.setTotal('a', 2);
    clock.advance(1_000);
    stale.add('a');
    scheduler.reschedule();
    clock.advance(100);
    expect(scheduler.current('a')).toMatchObject({ total: 2, stale: true });
    stale.delete('a');
    scheduler.setTotal('a', 2);
    clock.advance(100);
    expect(published).toMatchObject([
      { stale: false },
      { total: 2, stale: true },
      { total: 2, stale: false },
    ]);
  });

  it('[C9] does not publish maximums of the stale time when totals are exact again', () => {
    const { clock, scheduler, published, stale } = setUp();
    scheduler.setTotal('a', 100);
    clock.advance(1_000);
    stale.add('a');
    scheduler.setTotal('a', 109);
    scheduler.setTotal('a', 104);
    stale.delete('a');
    scheduler.resetMaximums();
    clock.advance(2_000);
    expect(published.map(({ total }) => total)).toEqual([100, 104]);
  });

  it('[C1] forgets a site without members', () => {
    const { clock, scheduler, totals } = setUp();
    scheduler.setTotal('a', 1);
    clock.advance(100);
    scheduler.setTotal('a', 0);
    clock.advance(2_000);
    expect(totals()).toEqual([1, 0]);
    expect(clock.planned).toBe(0);
    expect(scheduler.current('a').total).toBe(0);
  });

  it('[C4] a rise does not wait for a fall that is due later', () => {
    const { clock, scheduler, published } = setUp();
    scheduler.setTotal('a', 5);
    clock.advance(500);
    scheduler.setTotal('a', 4);
    scheduler.setTotal('a', 6);
    clock.advance(10);
    expect(published.at(-1)!.total).toBe(6);
  });

  it('[C5] cancels its timers when it is closed', () => {
    const { clock, scheduler } = setUp();
    scheduler.setTotal('a', 1);
    scheduler.close();
    expect(clock.planned).toBe(0);
  });

  it('[M1] a rise is due from its change on, also while the one before it is being sent', () => {
    const { clock, scheduler, held, waited } = setUp({ hold: true });
    scheduler.setTotal('a', 1);
    clock.advance(0);
    expect(waited).toEqual([0]);
    scheduler.setTotal('a', 2);
    clock.advance(400);
    held.pop()!();
    clock.advance(0);
    expect(waited).toEqual([0, 400]);
  });

  it('[M1] the tick counts, but not the second that a fall waits', () => {
    const { clock, scheduler, waited } = setUp();
    scheduler.setTotal('a', 3);
    clock.advance(0);
    scheduler.setTotal('a', 4);
    clock.advance(100);
    expect(waited).toEqual([0, 100]);
    scheduler.setTotal('a', 2);
    clock.advance(3_000);
    expect(waited).toEqual([0, 100, 0]);
  });

  it('[M1] a change that is taken back is not due any more', () => {
    const { clock, scheduler, waited } = setUp({ decreaseDelayMs: 0 });
    scheduler.setTotal('a', 1);
    clock.advance(10);
    scheduler.setTotal('a', 2);
    scheduler.setTotal('a', 1);
    clock.advance(500);
    scheduler.setTotal('a', 2);
    clock.advance(0);
    expect(waited.at(-1)).toBe(0);
  });
});
