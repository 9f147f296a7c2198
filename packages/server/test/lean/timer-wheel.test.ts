import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimerWheel, type WheelEntry } from '../../src/io/lean/timer-wheel.ts';

const SLOTS = 7;

interface Named extends WheelEntry {
  readonly name: number;
}

function entry(name: number): Named {
  return { name, dueTick: 0, next: undefined, previous: undefined };
}

describe('timer wheel', () => {
  it('[C8] expires entries at their ticks, in the order of the ticks', () => {
    const expired: [name: number, tick: number][] = [];
    const wheel = new TimerWheel<Named>(SLOTS, ({ name }) => void expired.push([name, wheel.tick]));
    wheel.schedule(entry(1), 3);
    wheel.schedule(entry(2), 1);
    wheel.schedule(entry(3), 3);
    wheel.advance(2);
    expect(expired).toEqual([[2, 1]]);
    wheel.advance(6);
    expect(expired).toEqual([
      [2, 1],
      [1, 3],
      [3, 3],
    ]);
    expect(wheel.size).toBe(0);
  });

  it('[C8] an entry that schedules itself again for a whole turn later expires once a turn', () => {
    let expired = 0;
    const again = entry(1);
    const wheel = new TimerWheel<Named>(SLOTS, () => {
      expired++;
      wheel.schedule(again, wheel.tick + SLOTS);
    });
    wheel.schedule(again, 1);
    wheel.advance(1);
    wheel.advance(1 + SLOTS);
    expect(expired).toBe(2);
  });

  it('[C8] an entry may remove others of its tick', () => {
    const expired: number[] = [];
    const second = entry(2);
    const wheel = new TimerWheel<Named>(SLOTS, ({ name }) => {
      expired.push(name);
      wheel.remove(second);
    });
    for (const one of [entry(1), second, entry(3)]) wheel.schedule(one, 2);
    wheel.advance(2);
    expect(expired).toEqual([1, 3]);
  });

  it('[C8] expires each entry once and at its tick, whatever is scheduled, moved and removed', () => {
    const step = fc.oneof(
      fc.record({
        type: fc.constant('schedule' as const),
        name: fc.nat(5),
        delay: fc.integer({ min: -2, max: SLOTS }),
      }),
      fc.record({ type: fc.constant('remove' as const), name: fc.nat(5) }),
      fc.record({ type: fc.constant('advance' as const), ticks: fc.integer({ min: 0, max: 3 * SLOTS }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const entries = Array.from({ length: 6 }, (_, name) => entry(name));
        const due = new Map<number, number>();
        const wheel = new TimerWheel<Named>(SLOTS, ({ name }) => {
          expect(due.get(name)).toBeLessThanOrEqual(wheel.tick);
          due.delete(name);
        });
        let now = 0;
        for (const action of steps) {
          if (action.type === 'schedule') {
            wheel.schedule(entries[action.name]!, now + action.delay);
            due.set(action.name, Math.max(now + action.delay, now + 1));
          } else if (action.type === 'remove') {
            wheel.remove(entries[action.name]!);
            due.delete(action.name);
          } else {
            now += action.ticks;
            wheel.advance(now);
            expect([...due.values()].filter((tick) => tick <= now)).toEqual([]);
          }
          expect(wheel.size).toBe(due.size);
        }
      }),
    );
  });
});
