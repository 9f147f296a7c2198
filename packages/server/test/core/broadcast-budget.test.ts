import { describe, expect, it } from 'vitest';
import { createBroadcastBudget } from '../../src/core/broadcast-budget.ts';
import { createFakeClock } from '@live-online/internal/testing/fake-clock';

/** A job of `steps` steps that take `stepMs` each. */
function job(clock: ReturnType<typeof createFakeClock>, steps: number, stepMs: number) {
  const state = { stepped: 0, doneAt: undefined as number | undefined };
  return {
    state,
    step() {
      clock.spend(stepMs);
      return ++state.stepped < steps;
    },
    done() {
      state.doneAt = clock.now();
    },
  };
}

describe('broadcast budget', () => {
  it('[C5] runs a small job at once', () => {
    const clock = createFakeClock();
    const budget = createBroadcastBudget({ clock, share: 0.2, sliceMs: 10 });
    const small = job(clock, 10, 0.01);
    budget.add(small.step, small.done);
    expect(small.state.doneAt).toBeDefined();
  });

  it('[C5] takes no more than its share of the time', () => {
    const clock = createFakeClock();
    const budget = createBroadcastBudget({ clock, share: 0.2, sliceMs: 10 });
    const startedAt = clock.now();
    const large = job(clock, 20_000, 0.01);
    budget.add(large.step, large.done);
    clock.advance(10_000);
    // 200 ms of work, a slice of which is free.
    expect(large.state.doneAt! - startedAt).toBeGreaterThan(190 / 0.2 - 50);
    expect(large.state.doneAt! - startedAt).toBeLessThan(200 / 0.2 + 50);
  });

  it('[C5] blocks for at most about a slice', () => {
    const clock = createFakeClock();
    const budget = createBroadcastBudget({ clock, share: 0.5, sliceMs: 10 });
    let longest = 0;
    let at = clock.now();
    const large = job(clock, 10_000, 0.02);
    budget.add(large.step, large.done);
    longest = Math.max(longest, clock.now() - at);
    while (large.state.doneAt === undefined) {
      at = clock.now();
      clock.advance(1);
      longest = Math.max(longest, clock.now() - at);
    }
    expect(longest).toBeLessThan(11.5);
  });

  it('[C5] a process that was stopped in a step goes on soon', () => {
    const clock = createFakeClock();
    const budget = createBroadcastBudget({ clock, share: 0.2, sliceMs: 10 });
    const stopped = job(clock, 1, 8_000);
    budget.add(stopped.step, stopped.done);
    const next = job(clock, 1_000, 0.01);
    budget.add(next.step, next.done);
    clock.advance(1_000);
    expect(next.state.doneAt).toBeDefined();
  });

  it('[C5] a small site does not wait for a large one', () => {
    const clock = createFakeClock();
    const budget = createBroadcastBudget({ clock, share: 0.2, sliceMs: 10 });
    const large = job(clock, 100_000, 0.01);
    const small = job(clock, 10, 0.01);
    budget.add(large.step, large.done);
    const addedAt = clock.now();
    budget.add(small.step, small.done);
    clock.advance(100);
    expect(small.state.doneAt! - addedAt).toBeLessThan(60);
    expect(large.state.doneAt).toBeUndefined();
    clock.advance(10_000);
    expect(large.state.stepped).toBe(100_000);
  });

  it('[C5] after a step that throws, its job and the others go on', () => {
    const clock = createFakeClock();
    const budget = createBroadcastBudget({ clock, share: 0.2, sliceMs: 10 });
    const [first, second] = [job(clock, 5, 0.1), job(clock, 5, 0.1)];
    let thrown = false;
    const failing = (): boolean => {
      const more = first.step();
      if (thrown || first.state.stepped !== 2) return more;
      thrown = true;
      throw new Error('a connection that cannot send');
    };
    expect(() => budget.add(failing, first.done)).toThrow('cannot send');
    budget.add(second.step, second.done);
    clock.advance(1_000);
    expect(first.state.doneAt).toBeDefined();
    expect(second.state.doneAt).toBeDefined();
  });

  it('[C5] runs no job after it is closed', () => {
    const clock = createFakeClock();
    const budget = createBroadcastBudget({ clock, share: 0.2, sliceMs: 10 });
    const large = job(clock, 10_000, 0.1);
    budget.add(large.step, large.done);
    const { stepped } = large.state;
    budget.close();
    clock.advance(10_000);
    expect(large.state.stepped).toBe(stepped);
    expect(clock.planned).toBe(0);
  });
});
