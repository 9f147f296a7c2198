import type { Clock } from './ports.ts';

/**
 * Shares the time that announcing may take among the sites that have something to say. [C5]
 *
 * Work comes as jobs made of short steps. The pacer spends at most `share` of the time on steps, never more
 * than about `sliceMs` at a stretch, and goes round the jobs in turn, so that a small room does not wait for a
 * large one to end.
 */
export interface BroadcastBudget {
  /**
   * Adds a job. The first steps may run before this returns.
   *
   * @param step does a little and says whether there is more to do.
   * @param done is called once the job has ended.
   */
  add(step: () => boolean, done: () => void): void;
  /** Drops all jobs; their `done` is not called. */
  close(): void;
}

export interface BroadcastBudgetOptions {
  clock: Clock;
  /** The part of one core that steps may take, above 0 and up to 1. */
  share: number;
  /** How long steps may run before others get their turn, in ms. */
  sliceMs: number;
}

interface Job {
  step: () => boolean;
  done: () => void;
}

export function createBroadcastBudget({ clock, share, sliceMs }: BroadcastBudgetOptions): BroadcastBudget {
  let jobs: Job[] = [];
  let cancel: (() => void) | undefined;
  // Time that may be spent, in ms: it flows in at `share`, is capped, and may be overdrawn by one step.
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
    try {
      while (jobs.length > 0 && now - startedAt < allowedMs) {
        doStep(jobs.shift()!);
        now = clock.now();
      }
    } finally {
      budgetMs -= (now - startedAt) * (1 - share);
      countedAt = now;
      // Half a slice is waited for, since many tiny ones would cost more in timers than in work.
      if (jobs.length > 0) cancel = clock.schedule(run, Math.max(1, (sliceMs / 2 - budgetMs) / share));
    }
  }

  /** Also where a step throws, which is for whoever started it to see, its job goes on with the next one. */
  function doStep(job: Job): void {
    let more = true;
    try {
      more = job.step();
    } finally {
      if (more) jobs.push(job);
      else job.done();
    }
  }

  return {
    add(step, done) {
      jobs.push({ step, done });
      if (!cancel) run();
    },
    close() {
      cancel?.();
      cancel = undefined;
      jobs = [];
    },
  };
}
