import { describe, expect, it } from 'vitest';
import { startRedis } from '../../packages/server/test/helpers/redis.ts';
import { startServer, startServers } from '../helpers/counter-servers.ts';
import { createCrowd } from '../helpers/crowd.ts';
import { reportFigure } from '../helpers/figures.ts';
import { createOracle } from '../helpers/oracle.ts';

describe('workers over Redis that drain', () => {
  it('[S7, S8] one pool after the other restarts under load: no wrong total, and every page reconnects in time', async () => {
    const redis = await startRedis();
    const options = { redisUrl: redis.url, workers: 2, drainDurationMs: 1_000 };
    const pools = await startServers(['a', 'b'], options);
    const crowd = createCrowd(Object.values(pools));
    const oracle = createOracle(crowd);
    for (const name of ['a', 'b']) crowd.open(100, { at: name });
    await crowd.settled();
    await oracle.exact();

    const timesMs: Record<string, number> = {};
    for (const [name, other] of [
      ['b', 'a'],
      ['a', 'b'],
    ] as const) {
      oracle.now(`${name} drains`, { moving: true, boundMs: 0 });
      crowd.addresses = [pools[other]];
      let isOpening = false;
      // Not pages of the pool that drains: a page that leaves while it is migrated counts until its reconnect deadline.
      const load = setInterval(() => {
        isOpening = !isOpening;
        const own = crowd.at(other).filter(({ resumeToken }) => resumeToken?.startsWith(`${other}-`));
        if (isOpening) crowd.open(10);
        else for (const page of own.slice(0, 10)) page.close();
      }, 1_500);
      timesMs[`${name} ended after`] = await pools[name].end();
      clearInterval(load);
      oracle.verify();
      oracle.now(`${name} has ended`, { boundMs: 5_000 });
      await oracle.exact();
      pools[name] = await startServer({ ...options, name, port: pools[name].port });
      // To start takes a part of the time since it ended.
      oracle.now(`${name} was started again`, { boundMs: 1_000 });
      crowd.addresses = Object.values(pools);
      crowd.open(20, { at: name });
      await crowd.settled();
      await oracle.exact();
    }
    reportFigure('two pools of two workers drain', {
      ...timesMs,
      'slowest page back after': crowd.longestWayMs,
    });
    for (const ms of Object.values(timesMs)) expect(ms).toBeLessThan(15_000);
    expect(crowd.longestWayMs).toBeLessThan(10_000);
    expect(crowd.failures).toBe(0);
  });
});
