import { randomBytes } from 'node:crypto';
import { systemClock } from '@live-online/internal/system-clock';
import type { Store } from './core/ports.ts';
import { resolveRedisStoreOptions, type RedisStoreOptions } from './options/redis-options.ts';
import { createSignedBus } from './store/bus/signed-bus.ts';
import { createMeshStore } from './store/mesh/mesh-store.ts';
import { createRedisBus } from './store/redis/redis-bus.ts';
import type { RedisTarget } from './store/redis/target.ts';

export type { RedisStoreOptions } from './options/redis-options.ts';
export type { RedisClientLike, RedisClusterLike, RedisTarget } from './store/redis/target.ts';

/**
 * A store that servers share over Redis 6.2 or newer, standalone or a cluster. It requires the package `redis`.
 *
 * While Redis is unreachable, the last totals stay in use and are marked as stale; the store reconnects by itself.
 *
 * @param target the URL of Redis, or a client or cluster of the package `redis`. That client is only a template: the store
 * opens connections of its own, and never uses or closes it.
 * @throws CounterServerError `options-invalid`, which names every mistake by its path; the target's is `redisUrl`
 * @example
 * ```ts
 * import { createCounterServer } from '@live-online/server';
 * import { redisStore } from '@live-online/server/redis';
 *
 * const counter = createCounterServer({ store: redisStore('redis://localhost:6379') });
 * await counter.listen();
 * ```
 */
export function redisStore(target: RedisTarget, options: RedisStoreOptions = {}): Store {
  const { prefix, name, follow, leaseMs, secret, tls } = resolveRedisStoreOptions(target, options);
  const bus = createRedisBus(target, prefix, tls);
  const random = randomBytes(8).toString('hex');
  return createMeshStore({
    bus: secret === undefined ? bus : createSignedBus(bus, secret),
    clock: systemClock,
    kind: 'redis',
    server: name === undefined ? random : `${name}-${random}`,
    prefix,
    follow,
    leaseMs,
    heartbeatIntervalMs: Math.min(1_000, leaseMs / 4),
    publishIntervalMs: 100,
    random: Math.random,
  });
}
