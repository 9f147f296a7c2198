import { addStats, createStats, type CounterStats } from '../core/stats.ts';

/** The sum of the statistics of all workers, including those that have ended. */
export interface StatsSum {
  /** The newest statistics of a worker. */
  set(worker: object, stats: CounterStats): void;
  /** A worker has ended: its counts stay, its connections are gone. */
  end(worker: object): void;
  read(): CounterStats;
}

export function createStatsSum(): StatsSum {
  const past = createStats();
  const present = new Map<object, CounterStats>();

  return {
    set: (worker, stats) => void present.set(worker, stats),
    end(worker) {
      const last = present.get(worker);
      if (last) addStats(past, { ...last, connections: 0 });
      present.delete(worker);
    },
    read() {
      const sum = createStats();
      for (const stats of [past, ...present.values()]) addStats(sum, stats);
      return sum;
    },
  };
}
