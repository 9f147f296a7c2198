import { describe, expect, it, vi } from 'vitest';
import { createMigration } from '../../src/core/migration.ts';
import { createFakeClock } from '@live-online/internal/testing/fake-clock';

function setUp(count: number, { overMs = 5_000, random = (): number => 0.5 } = {}) {
  const clock = createFakeClock();
  const startedAt = clock.now();
  const sent: { person: string; at: number }[] = [];
  const reconnectDeadlinePassed: string[] = [];
  const done = vi.fn();
  const moving = createMigration({
    clock,
    random,
    people: Array.from({ length: count }, (_, index) => `person-${index}`),
    overMs,
    dueMs: 3_000,
    isKnown: (person) => !person.endsWith('unknown'),
    send: (person) => sent.push({ person, at: clock.now() - startedAt }),
    reconnectDeadlinePassed: (person) => reconnectDeadlinePassed.push(person),
    done,
  });
  return { clock, sent, reconnectDeadlinePassed, done, moving };
}

describe('moving', () => {
  it('[S7] sends everybody off once, evenly over the time there is', () => {
    const { clock, sent } = setUp(1_000);
    clock.advance(5_100);
    expect(new Set(sent.map(({ person }) => person)).size).toBe(1_000);
    expect(sent).toHaveLength(1_000);
    const inSecond = [0, 1, 2, 3, 4].map(
      (second) => sent.filter(({ at }) => Math.floor(at / 1_000) === second).length,
    );
    for (const count of inSecond) expect(count).toBeGreaterThan(150);
  });

  it('[S7] not in the order in which they came', () => {
    let seed = 1;
    const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const { clock, sent } = setUp(100, { random });
    clock.advance(6_000);
    const order = sent.map(({ person }) => person);
    expect(order).toHaveLength(100);
    expect(order.slice(0, 10)).not.toEqual(Array.from({ length: 10 }, (_, index) => `person-${index}`));
  });

  it('[S7] waits for each until it is due, and then no longer', () => {
    const { clock, sent, reconnectDeadlinePassed, done, moving } = setUp(2, { overMs: 0 });
    clock.advance(100);
    expect(sent).toHaveLength(2);
    expect(moving.isAwaitingReconnect('person-0')).toBe(true);
    clock.advance(2_800);
    expect(reconnectDeadlinePassed).toEqual([]);
    expect(done).not.toHaveBeenCalled();
    clock.advance(200);
    expect(reconnectDeadlinePassed.sort()).toEqual(['person-0', 'person-1']);
    expect(moving.isAwaitingReconnect('person-0')).toBe(false);
    expect(done).toHaveBeenCalledTimes(1);
  });

  it('[S7] ends as soon as everybody is elsewhere', () => {
    const { clock, reconnectDeadlinePassed, done, moving } = setUp(2, { overMs: 0 });
    clock.advance(100);
    moving.gone('person-0');
    expect(done).not.toHaveBeenCalled();
    moving.gone('person-1');
    expect(done).toHaveBeenCalledTimes(1);
    clock.advance(5_000);
    expect(reconnectDeadlinePassed).toEqual([]);
    expect(done).toHaveBeenCalledTimes(1);
  });

  it('[S7] who leaves by itself is not sent off, who comes meanwhile is, and nobody waits for who has no name', () => {
    const { clock, sent, done, moving } = setUp(1, { overMs: 200 });
    moving.gone('person-0');
    moving.add('late-and-unknown');
    clock.advance(400);
    expect(sent.map(({ person }) => person)).toEqual(['late-and-unknown']);
    expect(moving.isAwaitingReconnect('late-and-unknown')).toBe(false);
    expect(done).toHaveBeenCalled();
  });

  it('[S7] plans nothing any more once closed', () => {
    const { clock, moving } = setUp(100);
    clock.advance(1_000);
    moving.close();
    expect(clock.planned).toBe(0);
  });
});
