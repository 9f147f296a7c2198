import { describe, expect, it } from 'vitest';
import { startRedis } from '../../packages/server/test/helpers/redis.ts';
import { startServers } from '../helpers/counter-servers.ts';
import { createCrowd } from '../helpers/crowd.ts';
import { createOracle } from '../helpers/oracle.ts';
import { reportFigure } from '../helpers/figures.ts';

const FROZEN_MS = 20_000;
/** A total is stale after a command has failed, and the link has been down for a second. */
const MARKED_MS = 5_000;

describe('a Redis that is frozen for 20 s', () => {
  it('[S6] the local part of each total stays exact, memory stays flat, and all is exact within 5 s of its return', async () => {
    const redis = await startRedis();
    const servers = await startServers(['a', 'b', 'c'], { redisUrl: redis.url });
    const all = Object.values(servers);
    const crowd = createCrowd(all);
    const oracle = createOracle(crowd);
    for (const { name } of all) crowd.open(200, { at: name });
    await crowd.settled();
    await oracle.exact();
    const before = all.map((server) => server.memory());

    oracle.now('Redis was frozen', { cutOff: ['a', 'b', 'c'], boundMs: MARKED_MS });
    redis.freeze();
    const endsAtMs = performance.now() + FROZEN_MS;
    const markedMs = await oracle.marked(['a', 'b', 'c'], MARKED_MS);
    while (performance.now() < endsAtMs) {
      for (const { name } of all) {
        const pages = crowd.open(20, { at: name, spreadMs: 400 });
        await crowd.settled();
        for (const page of pages.slice(1)) page.close();
      }
    }
    oracle.verify();
    const more = Math.max(...all.map((server, index) => server.memory() - before[index]!));
    expect(more, 'MiB more while Redis is frozen').toBeLessThan(30);

    oracle.now('Redis runs again', { boundMs: 5_000 });
    redis.thaw();
    const exactMs = await oracle.exact();
    expect(crowd.failures).toBe(0);
    reportFigure('Redis frozen for 20 s', { 'stale after': markedMs, 'exact after its return': exactMs });
  });
});
