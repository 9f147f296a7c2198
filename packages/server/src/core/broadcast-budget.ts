import type { Clock } from './ports.ts';

/**
 * Divides the time that publishing may take among the sites. [C5]
 *
 * A job is made of short steps. Steps get at most `share` of the time, and about `sliceMs` without a pause. Jobs take
 * turns, so that a small site does not wait for a large one.
 */
export interface BroadcastBudget {
  /**
   * Adds a job. The first steps may run before this returns.
   *
   * @param step does a little work, and returns whether there is more.
   * @param done is called when the job has ended, with the time that its steps took, without the last one, in ms.
   */
  add(step: () => boolean, done: (spentMs: number) => void): void;
  /** Drops all jobs without calling their `done`. */
  close(): void;
}

export interface BroadcastBudgetOptions {
  clock: Clock;
  /** The share of one core that steps may take, above 0 and up to 1. */
  share: number;
  /** How long steps may block the event loop, in ms. */
  sliceMs: number;
}

interface Job {
  step: () => boolean;
  done: (spentMs: number) => void;
  spentMs: number;
}

/** How many slices a step counts at most. The system has stopped a process whose step takes longer. */
const MAX_STEP_SLICES = 10;

export function createBroadcastBudget({ clock, share, sliceMs }: BroadcastBudgetOptions): BroadcastBudget {
  let jobs: Job[] = [];
  let cancel: (() => void) | undefined;
  // A token bucket of milliseconds, filled at `share`; one step may overdraw it.
  let budgetMs = sliceMs;
  let countedAt = clock.now();

  function refill(): number {
    const now = clock.now();
    budgetMs = Math.min(sliceMs, budgetMs + (now - countedAt) * share);
    countedAt = now;
    return now;
  }

  function run(): void {
    cancel = undefined;
    const startedAt = refill();
    const allowedMs = budgetMs;
    let now = startedAt;
    let spentMs = 0;
    try {
      while (jobs.length > 0 && now - startedAt < allowedMs) {
        const job = jobs.shift()!;
        const before = now;
        doStep(job);
        now = clock.now();
        const stepMs = Math.min(now - before, MAX_STEP_SLICES * sliceMs);
        spentMs += stepMs;
        job.spentMs += stepMs;
      }
    } finally {
      budgetMs -= spentMs * (1 - share);
      countedAt = now;
      // Waits for half a slice: with many tiny ones, timers would cost more than the work.
      if (jobs.length > 0) cancel = clock.schedule(run, Math.max(1, (sliceMs / 2 - budgetMs) / share));
    }
  }

  /** A job goes on after a step that throws; the error is thrown to the caller. */
  function doStep(job: Job): void {
    let more = true;
    try {
      more = job.step();
    } finally {
      if (more) jobs.push(job);
      else job.done(job.spentMs);
    }
  }

  return {
    add(step, done) {
      jobs.push({ step, done, spentMs: 0 });
      if (!cancel) run();
    },
    close() {
      cancel?.();
      cancel = undefined;
      jobs = [];
    },
  };
}
