import type { CounterStats } from '../../../core/stats.ts';
import type { Peak, Range, Sample } from '../../../core/samples.ts';

/** What the API is given besides the numbers: their history, and the servers. It owns none of them. */

export interface ApiHistory {
  /** When the history of a site begins, in seconds since 1970. */
  since(site: string): number | undefined;
  peaks(site: string): { today: Peak | null; allTime: Peak | null };
  samples(site: string, range: Range): { stepSeconds: number; samples: Sample[] };
  /** The members in each of the last 60 minutes, oldest first. */
  trend(site: string): number[];
  /** The sites that have a history. */
  sites(): Iterable<string>;
}

/** One server among those that share a store. */
export interface ServerInfo {
  name: string;
  version: string;
  /** When it was started, in ISO 8601. */
  since: string;
  connections: number;
  /** How late its timers are, in ms: the 99th percentile of the last minute or less. */
  eventLoopDelayMs: number;
  store: 'memory' | 'redis';
  /** With workers, these and their primary. */
  processes: number;
  /** Whether its totals may be old. */
  stale: boolean;
  /** Whether it has not answered the one that lists it. Then the rest is its last answer, and `stale` is `true`. */
  silent: boolean;
  /** What is wrong in the configuration of a reverse proxy in front of it, and what to do. */
  warnings: string[];
  /** Whether it is the one that answers. */
  isSelf: boolean;
}

/** `silent`: the server has not confirmed that it drains. */
export type DrainResult = 'draining' | 'unknown' | 'silent';

/** The servers that share a store. Each function rejects if this process cannot ask for them. */
export interface ApiServers {
  /** Ordered by name. */
  list(): Promise<ServerInfo[]>;
  /** The sum of what they have counted since their starts. */
  stats(): Promise<CounterStats>;
  /** Begins to drain the server of this name. */
  drain(name: string): Promise<DrainResult>;
}
