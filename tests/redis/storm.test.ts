import { describe, expect, it } from 'vitest';
import { startRedis } from '../../packages/server/test/helpers/redis.ts';
import { startServers } from '../helpers/counter-servers.ts';
import { createCrowd } from '../helpers/crowd.ts';
import { createOracle } from '../helpers/oracle.ts';

describe('a reconnect storm', () => {
  it('[C7] 2,000 pages connect to another server at once: exact within 15 s, without an error', async () => {
    const redis = await startRedis();
    const servers = await startServers(['a', 'b'], { redisUrl: redis.url });
    const crowd = createCrowd(Object.values(servers));
    const oracle = createOracle(crowd);
    crowd.open(10, { at: 'a' });
    for (let opened = 0; opened < 2_000; opened += 200) {
      crowd.open(200, { at: 'b' });
      await crowd.settled();
    }
    await oracle.exact();

    oracle.now('b was killed with kill -9', { boundMs: 15_000 });
    crowd.addresses = [servers.a];
    await servers.b.kill();
    await crowd.lost('b');
    await oracle.exact();
    expect(crowd.at('a')).toHaveLength(2_010);
    expect(crowd.failures).toBe(0);
  });
});
