import type { Clock } from '../../core/ports.ts';
import type { Bus } from '../bus/bus.ts';
import type { MoveLimits } from './handover/move-limits.ts';

export interface MeshOptions {
  bus: Bus;
  clock: Clock;
  /** What the bus is, for people. */
  kind?: 'redis';
  /** This server's name, which is never used again: 1 to 48 letters, digits, `_` or `-`. */
  server: string;
  /** What the names of all keys and channels begin with. */
  prefix: string;
  /** Whether only sites are known on which this server has members, or all. */
  follow: 'hosted' | 'all';
  /** How long a server may be silent before it is evicted, in ms. */
  leaseMs: number;
  heartbeatIntervalMs: number;
  /** Shortest time between two deltas of a bucket, in ms. */
  publishIntervalMs: number;
  /** From 0 up to 1, for spreading reconnects. */
  random: () => number;
  /** Other bounds than the defaults. */
  moveLimits?: Partial<MoveLimits>;
}
