import { describe, expect, it, vi } from 'vitest';
import { startRedis } from '../../packages/server/test/helpers/redis.ts';
import { startServers } from '../helpers/counter-servers.ts';
import { createCrowd } from '../helpers/crowd.ts';
import { createFakeTime } from '../helpers/fake-time.ts';
import { createOracle } from '../helpers/oracle.ts';

describe('clocks', () => {
  it('[S5] the clock of a server or of Redis jumps by an hour: totals stay exact', async () => {
    const [serverTime, redisTime] = [await createFakeTime(), await createFakeTime('jemalloc')];
    const redis = await startRedis({ env: redisTime.env });
    const servers = await startServers(['a', 'b'], { redisUrl: redis.url, env: serverTime.env });
    const crowd = createCrowd(Object.values(servers));
    const oracle = createOracle(crowd);
    for (const name of ['a', 'b']) crowd.open(20, { at: name });
    await crowd.settled();
    await oracle.exact();
    for (const [what, move] of [
      ['the clocks of the servers jumped forward', () => serverTime.move('+1h')],
      ['the clock of Redis jumped forward', () => redisTime.move('+1h')],
      ['all clocks jumped back', () => Promise.all([serverTime, redisTime].map(({ move }) => move('-1h')))],
    ] as const) {
      oracle.now(what, { boundMs: 0 });
      await move();
      const movedAt = performance.now();
      // Two heartbeats.
      await vi.waitFor(() => expect(performance.now() - movedAt).toBeGreaterThan(2_100), 5_000);
      oracle.now(`${what}, and pages connect and leave`, { boundMs: 0 });
      crowd.at('a')[0]!.close();
      crowd.open(2, { at: 'b' });
      await crowd.settled();
      await oracle.exact();
    }
  });
});
