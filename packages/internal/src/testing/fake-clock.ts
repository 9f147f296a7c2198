import type { Clock } from '../clock.ts';

/** A clock that advances only when a test advances it. */
export interface FakeClock extends Clock {
  /** Advances the time, and runs each task that becomes due at its own time. */
  advance(ms: number): void;
  /** Advances the time without running tasks, like work that blocks the event loop. */
  spend(ms: number): void;
  /** How many tasks are planned. */
  readonly planned: number;
}

export function createFakeClock(): FakeClock {
  let now = 1_000;
  let tasks: { at: number; task: () => void }[] = [];
  return {
    now: () => now,
    schedule(task, delayMs) {
      const entry = { at: now + delayMs, task };
      tasks.push(entry);
      return () => {
        tasks = tasks.filter((other) => other !== entry);
      };
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const due = tasks.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        tasks = tasks.filter((other) => other !== due);
        now = Math.max(now, due.at);
        due.task();
      }
      now = Math.max(now, end);
    },
    spend(ms) {
      now += ms;
    },
    get planned() {
      return tasks.length;
    },
  };
}
