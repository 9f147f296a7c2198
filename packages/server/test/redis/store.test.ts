import { describe, expect, it, vi } from 'vitest';
import { redisStore } from '../../src/redis.ts';
import { storeContract } from '../../src/testing.ts';
import { startRedis, type Redis } from '../helpers/redis.ts';
import { startRedisCluster } from '../helpers/redis-cluster.ts';

describe.each([
  ['a Redis without a cluster', () => startRedis()],
  ['a Redis Cluster', async () => (await startRedisCluster())[0]!],
])('redisStore over %s', (_kind, start: () => Promise<Redis>) => {
  it('[S1] keeps the contract of stores', async () => {
    const { url } = await start();
    // Each case has a prefix of its own, so that all of them can share one Redis.
    await Promise.all(
      storeContract.flatMap(({ run }, index) =>
        (['hosted', 'all'] as const).map((follow) =>
          run(() => ({
            create: () => redisStore(url, { prefix: `live-online:${follow}:${index}`, follow }),
          })),
        ),
      ),
    );
  });
});

describe('redisStore', () => {
  it('[S6] opens without Redis, as stale, and is up to date soon after its return', async () => {
    const redis = await startRedis();
    await redis.kill();
    const [a, b] = [redisStore(redis.url), redisStore(redis.url)];
    const stale = { a: [] as boolean[], b: [] as boolean[] };
    const reasons: (string | undefined)[] = [];
    const listen = (reported: boolean[]) => ({
      changed() {},
      claimed() {},
      stale(isStale: boolean, reason?: string) {
        reported.push(isStale);
        reasons.push(reason);
      },
    });
    await Promise.all([a.open(listen(stale.a)), b.open(listen(stale.b))]);
    expect(stale).toEqual({ a: [true], b: [true] });
    expect(reasons[0]).toMatch(/^no Redis answers at 127\.0\.0\.1:\d+ \(ECONNREFUSED\)$/);
    a.report('example.org', 2);
    b.report('example.org', 1);
    await redis.restart();
    await vi.waitFor(
      () => {
        expect(stale).toEqual({ a: [true, false], b: [true, false] });
        expect([a.others('example.org'), b.others('example.org')]).toEqual([1, 2]);
      },
      { timeout: 5_000 },
    );
    await Promise.all([a.close(), b.close()]);
    // What remains expires by itself.
    expect(await redis.cli('HGETALL', 'live-online:1:{servers}')).toEqual({});
  });
});
