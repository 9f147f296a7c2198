import { expect, it } from 'vitest';
import { createFakeClock } from '@live-online/internal/testing/fake-clock';
import { Deadlines } from '../../src/io/events/deadlines.ts';

function startDeadlines(delayMs = 1_000) {
  const clock = createFakeClock();
  const startedAt = clock.now();
  const due: string[] = [];
  const deadlines = new Deadlines<string>(clock, delayMs, (item) =>
    due.push(`${item} ${clock.now() - startedAt}`),
  );
  return { clock, deadlines, due };
}

it('[C8] deadlines pass in order, and one timer serves all of them', () => {
  const { clock, deadlines, due } = startDeadlines();
  deadlines.add('a');
  clock.advance(400);
  deadlines.add('b');
  deadlines.add('c');
  expect(clock.planned).toBe(1);
  clock.advance(600);
  expect(due).toEqual(['a 1000']);
  expect(['a', 'b'].map((item) => deadlines.has(item))).toEqual([false, true]);
  clock.advance(10_000);
  expect(due).toEqual(['a 1000', 'b 1400', 'c 1400']);
  expect(clock.planned).toBe(0);
});

it('[C8] an item that is deleted is never due, and one that is added again starts anew', () => {
  const { clock, deadlines, due } = startDeadlines();
  deadlines.add('a');
  deadlines.add('b');
  expect([deadlines.delete('a'), deadlines.delete('a')]).toEqual([true, false]);
  clock.advance(900);
  deadlines.add('b');
  clock.advance(900);
  expect(due).toEqual([]);
  clock.advance(100);
  expect(due).toEqual(['b 1900']);
});

it('[C8] deadlines that lie close together share a timer', () => {
  const { clock, deadlines, due } = startDeadlines();
  for (const item of ['a', 'b', 'c']) {
    deadlines.add(item);
    clock.advance(10);
  }
  clock.advance(1_100);
  // The second timer is 50 ms behind the first one.
  expect(due).toEqual(['a 1000', 'b 1050', 'c 1050']);
});

it('[C8] nothing is due any more after a clear', () => {
  const { clock, deadlines, due } = startDeadlines();
  deadlines.add('a');
  expect(deadlines.clear()).toEqual(['a']);
  expect(clock.planned).toBe(0);
  clock.advance(5_000);
  expect(due).toEqual([]);
});
