import type { ProxyWarning } from '../io/http/proxy-warnings.ts';
import type { CounterStats } from '../core/stats.ts';

/** What a server sends to the others about itself. All workers of one primary process are one server. */
export interface ServerDescription {
  version: string;
  /** When it was started, in ms since 1970. */
  startedAt: number;
  /** How late its timers are, in ms: the 99th percentile of the last minute or less. Of workers, the largest. */
  eventLoopDelayMs: number;
  store: 'memory' | 'redis';
  /** Whether its totals may be old. */
  stale: boolean;
  /** How many of the servers that a store knows it is: with workers, each process is one. */
  processes: number;
  /** What is wrong in the configuration of its reverse proxy. */
  proxy: ProxyWarning[];
  /** What it has counted since its start. */
  stats: CounterStats;
}
