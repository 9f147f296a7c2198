import { describe, expect, it, vi } from 'vitest';
import { startRedis } from '../../packages/server/test/helpers/redis.ts';
import { startServers } from '../helpers/counter-servers.ts';
import { createCrowd } from '../helpers/crowd.ts';
import { createFakeTime } from '../helpers/fake-time.ts';
import { createOracle } from '../helpers/oracle.ts';

describe('clocks', () => {
  it('[S5] a clock that moves by an hour, of a server or of Redis, changes nothing', async () => {
    const [serverTime, redisTime] = [await createFakeTime(), await createFakeTime('jemalloc')];
    const redis = await startRedis({ env: redisTime.env });
    const servers = await startServers(['a', 'b'], { redisUrl: redis.url, env: serverTime.env });
    const crowd = createCrowd(Object.values(servers));
    const oracle = createOracle(crowd);
    for (const name of ['a', 'b']) crowd.open(20, { at: name });
    await crowd.settled();
    await oracle.exact();
    for (const [what, move] of [
      ['the servers’ clocks went forward', () => serverTime.move('+1h')],
      ['the clock of Redis went forward', () => redisTime.move('+1h')],
      ['all clocks went back', () => Promise.all([serverTime, redisTime].map(({ move }) => move('-1h')))],
    ] as const) {
      oracle.now(what, { boundMs: 0 });
      await move();
      const movedAt = performance.now();
      // Two beats.
      await vi.waitFor(() => expect(performance.now() - movedAt).toBeGreaterThan(2_100), 5_000);
      oracle.now(`${what}, and pages come and go`, { boundMs: 0 });
      crowd.at('a')[0]!.close();
      crowd.open(2, { at: 'b' });
      await crowd.settled();
      await oracle.exact();
    }
  });
});
