import { describe, expect, it, vi } from 'vitest';
import { batchSize, Migration } from '../../src/core/migration.ts';
import { createFakeClock } from '@live-online/internal/testing/fake-clock';

function setUp(count: number, { overMs = 5_000, random = (): number => 0.5 } = {}) {
  const clock = createFakeClock();
  const startedAt = clock.now();
  const closed: { connection: string; at: number }[] = [];
  const expired: string[] = [];
  const done = vi.fn();
  const migration = new Migration({
    clock,
    random,
    connections: Array.from({ length: count }, (_, index) => `c-${index}`),
    overMs,
    reconnectTimeoutMs: 3_000,
    isResumable: (connection) => !connection.endsWith('anonymous'),
    migrate: (connection) => closed.push({ connection, at: clock.now() - startedAt }),
    reconnectDeadlinePassed: (connection) => expired.push(connection),
    done,
  });
  return { clock, closed, expired, done, migration };
}

describe('migration', () => {
  it('[S7] closes each connection once, spread evenly over the duration', () => {
    const { clock, closed } = setUp(1_000);
    clock.advance(5_100);
    expect(new Set(closed.map(({ connection }) => connection)).size).toBe(1_000);
    expect(closed).toHaveLength(1_000);
    const inSecond = [0, 1, 2, 3, 4].map(
      (second) => closed.filter(({ at }) => Math.floor(at / 1_000) === second).length,
    );
    for (const count of inSecond) expect(count).toBeGreaterThan(150);
  });

  it('[S7] closes connections in random order', () => {
    let seed = 1;
    const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const { clock, closed } = setUp(100, { random });
    clock.advance(6_000);
    const order = closed.map(({ connection }) => connection);
    expect(order).toHaveLength(100);
    expect(order.slice(0, 10)).not.toEqual(Array.from({ length: 10 }, (_, index) => `c-${index}`));
  });

  it('[S7] awaits each member until its reconnect deadline', () => {
    const { clock, closed, expired, done, migration } = setUp(2, { overMs: 0 });
    clock.advance(100);
    expect(closed).toHaveLength(2);
    expect(migration.isAwaitingReconnect('c-0')).toBe(true);
    clock.advance(2_800);
    expect(expired).toEqual([]);
    expect(done).not.toHaveBeenCalled();
    clock.advance(200);
    expect(expired.sort()).toEqual(['c-0', 'c-1']);
    expect(migration.isAwaitingReconnect('c-0')).toBe(false);
    expect(done).toHaveBeenCalledTimes(1);
  });

  it('[S7] ends as soon as no member is awaited', () => {
    const { clock, expired, done, migration } = setUp(2, { overMs: 0 });
    clock.advance(100);
    migration.remove('c-0');
    expect(done).not.toHaveBeenCalled();
    migration.remove('c-1');
    expect(done).toHaveBeenCalledTimes(1);
    clock.advance(5_000);
    expect(expired).toEqual([]);
    expect(done).toHaveBeenCalledTimes(1);
  });

  it('[S7] skips connections that have left, closes new ones, and awaits no member without an id', () => {
    const { clock, closed, done, migration } = setUp(1, { overMs: 200 });
    migration.remove('c-0');
    migration.add('late-and-anonymous');
    clock.advance(400);
    expect(closed.map(({ connection }) => connection)).toEqual(['late-and-anonymous']);
    expect(migration.isAwaitingReconnect('late-and-anonymous')).toBe(false);
    expect(done).toHaveBeenCalled();
  });

  it('[S7] cancels its timers when it is closed', () => {
    const { clock, migration } = setUp(100);
    clock.advance(1_000);
    migration.close();
    expect(clock.planned).toBe(0);
  });

  it('[S7] closes more connections a batch the less time is left', () => {
    expect([5_000, 2_500, 100, 50, -1_000].map((leftMs) => batchSize(1_000, leftMs))).toEqual([
      10, 20, 500, 1_000, 1_000,
    ]);
    expect(batchSize(0, 1_000)).toBe(0);
  });
});
