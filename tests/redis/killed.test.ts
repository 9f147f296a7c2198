import { describe, expect, it } from 'vitest';
import { startRedis } from '../../packages/server/test/helpers/redis.ts';
import { startServer, startServers } from '../helpers/counter-servers.ts';
import { createCrowd } from '../helpers/crowd.ts';
import { createOracle } from '../helpers/oracle.ts';

describe('a server that is killed', () => {
  it('[S5] a server killed with kill -9: exact within 4 s, and its members are never counted twice', async () => {
    const redis = await startRedis();
    const servers = await startServers(['a', 'b', 'c'], { redisUrl: redis.url });
    const crowd = createCrowd(Object.values(servers));
    const oracle = createOracle(crowd);
    for (const name of ['a', 'b', 'c']) crowd.open(40, { at: name });
    await crowd.settled();
    await oracle.exact();

    oracle.now('b was killed with kill -9', { boundMs: 4_000 });
    crowd.addresses = [servers.a, servers.c];
    const killed = servers.b.kill();
    // Half of its pages close at the same moment, and no server can report that.
    for (const page of crowd.at('b').slice(20)) page.close();
    await killed;
    await crowd.lost('b');
    await oracle.exact();
    expect(crowd.at('a').length + crowd.at('c').length).toBe(crowd.pages.size);
  });

  it('[S5] two servers with the same name count as two, also when one is killed', async () => {
    const redis = await startRedis();
    const [first, second] = await Promise.all(
      ['first', 'second'].map((address) => startServer({ address, name: 'same', redisUrl: redis.url })),
    );
    const crowd = createCrowd([first!, second!]);
    const oracle = createOracle(crowd);
    crowd.open(10, { at: 'first' });
    crowd.open(10, { at: 'second' });
    await crowd.settled();
    await oracle.exact();

    oracle.now('the second was killed with kill -9', { boundMs: 4_000 });
    crowd.addresses = [first!];
    await second!.kill();
    await crowd.lost('second');
    await oracle.exact();
    expect(crowd.at('first')).toHaveLength(20);
  });
});
