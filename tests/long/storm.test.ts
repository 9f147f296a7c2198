import { describe, expect, it } from 'vitest';
import { startRedis } from '../../packages/server/test/helpers/redis.ts';
import { startServers } from '../helpers/counter-servers.ts';
import { createCrowd } from '../helpers/crowd.ts';
import { reportFigure } from '../helpers/figures.ts';
import { createOracle } from '../helpers/oracle.ts';

/** It needs two cores without other work, because this process is the client of every page. `STORM_PAGES=3000` needs less. */
const PAGES = Number(process.env['STORM_PAGES'] ?? 10_000);
const BATCH = 500;

describe('a reconnect storm over three servers', () => {
  it('[C7] thousands of pages connect to other servers at once: exact within 15 s, without an error', async () => {
    const redis = await startRedis();
    const { lost, ...others } = await startServers(['a', 'b', 'c', 'lost'], { redisUrl: redis.url });
    const left = Object.values(others);
    const crowd = createCrowd([...left, lost]);
    const oracle = createOracle(crowd);
    for (const { name } of left) crowd.open(10, { at: name });
    for (let opened = 0; opened < PAGES; opened += BATCH) {
      crowd.open(BATCH, { at: 'lost' });
      await crowd.settled();
    }
    await oracle.exact();

    oracle.now('a server was killed with kill -9', { boundMs: 15_000 });
    const fromMs = performance.now();
    crowd.addresses = left;
    await lost.kill();
    await crowd.lost('lost');
    await crowd.settled(120_000);
    const backMs = performance.now() - fromMs;
    // By a clock that stops while a process waits for a CPU.
    const exactMs = await oracle.exact();
    const isStarved = performance.now() - fromMs > 2 * exactMs;
    reportFigure(`${PAGES} pages reconnect over three servers`, {
      'all back after': backMs,
      'exact after': exactMs,
    });
    expect(crowd.pages.size).toBe(PAGES + 30);
    // On a busy machine pages give up attempts that take longer than the timeout of a heartbeat.
    expect(isStarved ? 0 : crowd.failures).toBe(0);
  });
});
