import { randomBytes } from 'node:crypto';
import { systemClock } from '@live-online/internal/system-clock';
import type { Store } from './core/ports.ts';
import { resolveRedisStoreOptions, type RedisStoreOptions } from './options/redis-options.ts';
import { createMeshStore } from './store/mesh/mesh-store.ts';
import { createRedisBus } from './store/redis/redis-bus.ts';
import type { RedisTarget } from './store/redis/target.ts';

export type { RedisStoreOptions } from './options/redis-options.ts';
export type { RedisClientLike, RedisClusterLike, RedisTarget } from './store/redis/target.ts';

/**
 * A store that many servers share over Redis 6.2 or newer, alone or a cluster. It needs the package `redis`.
 *
 * While Redis is away, totals go on with what was last known and are marked as stale; the store comes back by itself.
 *
 * @param target where Redis is. A client or a cluster of yours is never used itself, and never closed: connections
 * with options of their own are made like it.
 * @throws CounterServerError `options-invalid`, naming every mistake by its path; the target's is `redisUrl`.
 */
export function redisStore(target: RedisTarget, options: RedisStoreOptions = {}): Store {
  const { prefix, name, follow, leaseMs } = resolveRedisStoreOptions(target, options);
  const random = randomBytes(8).toString('hex');
  return createMeshStore({
    bus: createRedisBus(target, prefix),
    clock: systemClock,
    server: name === undefined ? random : `${name}-${random}`,
    prefix,
    follow,
    leaseMs,
    heartbeatIntervalMs: Math.min(1_000, leaseMs / 4),
    publishIntervalMs: 100,
    random: Math.random,
  });
}
