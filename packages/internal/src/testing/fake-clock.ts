import type { Clock } from '../clock.ts';

/** A clock that stands still until it is told to move. */
export interface FakeClock extends Clock {
  /** Moves on, running what falls due on the way, each task at its own time. */
  advance(ms: number): void;
  /** Moves on without running anything, as time that work takes does. */
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
