import { describe, expect, it } from 'vitest';
import { startRedis } from '../../packages/server/test/helpers/redis.ts';
import { startServers } from '../helpers/counter-servers.ts';
import { createCrowd, type Crowd } from '../helpers/crowd.ts';
import { createOracle } from '../helpers/oracle.ts';

/** A total is stale after a command or the next heartbeat has failed, and the link has been down for a second. */
const MARKED_MS = 5_000;

async function churn(crowd: Crowd, name: string, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    const pages = crowd.open(50, { at: name, spreadMs: 50 });
    await crowd.settled();
    for (const page of pages) page.close();
  }
}

describe('Redis', () => {
  it('[C9] killed, and empty after its restart: the last total is stale, and exact within 5 s of the restart', async () => {
    const redis = await startRedis();
    const servers = await startServers(['a', 'b'], { redisUrl: redis.url });
    const crowd = createCrowd(Object.values(servers));
    const oracle = createOracle(crowd);
    for (const name of ['a', 'b']) crowd.open(30, { at: name });
    await crowd.settled();
    await oracle.exact();
    await churn(crowd, 'a', 8);
    oracle.now('the last of many left', { boundMs: 1_000 });
    await oracle.exact();
    const before = servers.a.memory();

    oracle.now('Redis was killed', { cutOff: ['a', 'b'], boundMs: MARKED_MS });
    await redis.kill();
    await oracle.marked(['a', 'b'], MARKED_MS);
    await churn(crowd, 'a', 8);
    crowd.open(7, { at: 'b' });
    await crowd.settled();
    expect(servers.a.memory() - before, 'MiB more while Redis is away').toBeLessThan(20);

    oracle.now('Redis was started again, and is empty', { boundMs: 5_000 });
    await redis.restart();
    await oracle.exact();
    expect(crowd.pages.size).toBe(67);
  });

  it('[S6] frozen: totals are stale soon, their local part stays exact, and all is exact after it runs again', async () => {
    const redis = await startRedis();
    const servers = await startServers(['a', 'b'], { redisUrl: redis.url });
    const crowd = createCrowd(Object.values(servers));
    const oracle = createOracle(crowd);
    for (const name of ['a', 'b']) crowd.open(30, { at: name });
    await crowd.settled();
    await oracle.exact();

    oracle.now('Redis was frozen', { cutOff: ['a', 'b'], boundMs: MARKED_MS });
    redis.freeze();
    crowd.open(5, { at: 'a' });
    for (const page of crowd.at('b').slice(0, 5)) page.close();
    await oracle.marked(['a', 'b'], MARKED_MS);
    await churn(crowd, 'b', 5);

    oracle.now('Redis runs again', { boundMs: 5_000 });
    redis.thaw();
    await oracle.exact();
  });
});
