import { createClient, createClientPool, createCluster, createSentinel } from 'redis';
import { describe, expectTypeOf, it } from 'vitest';
import { redisStore, type RedisTarget } from '../../src/redis.ts';
import type { Store } from '../../src/index.ts';

describe('types of redisStore', () => {
  it('[S6] accepts clients and clusters of node-redis, without its types in the declarations', () => {
    expectTypeOf(redisStore('redis://localhost', { name: 'a', leaseMs: 5_000 })).toExtend<Store>();
    redisStore(createClient());
    redisStore(createClient({ RESP: 2, name: 'mine', socket: { path: '/run/redis.sock', tls: false } }));
    redisStore(createCluster({ rootNodes: [{ url: 'redis://localhost' }], useReplicas: true }));
    expectTypeOf<ReturnType<typeof createClient>>().toExtend<RedisTarget>();
    // @ts-expect-error a Sentinel is neither a client nor a cluster
    redisStore(createSentinel({ name: 'a', sentinelRootNodes: [] }));
    // @ts-expect-error nor is a pool
    redisStore(createClientPool());
    // @ts-expect-error unknown option
    redisStore('redis://localhost', { colour: 'blue' });
  });
});
