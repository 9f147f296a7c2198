import { describe, it } from 'vitest';
import { startRedis, type Redis } from '../../packages/server/test/helpers/redis.ts';
import { startTcpProxy } from '../../packages/server/test/helpers/tcp-proxy.ts';
import { startServer, startServers, type ServerProcess } from '../helpers/counter-servers.ts';
import { createCrowd } from '../helpers/crowd.ts';
import { createOracle } from '../helpers/oracle.ts';

const leaseMs = 3_000;
const MARKED_MS = 5_000;

/** Two servers that reach Redis directly, and one by a network of its own that can fail. */
async function startAll(redis: Redis, lease?: number) {
  const network = await startTcpProxy(redis.port);
  const through = redis.url.replace(`:${redis.port}`, `:${network.port}`);
  const options = lease === undefined ? {} : { leaseMs: lease };
  const [others, far] = await Promise.all([
    startServers(['a', 'b'], { redisUrl: redis.url, ...options }),
    startServer({ name: 'far', redisUrl: through, ...options }),
  ]);
  const servers: Record<'a' | 'b' | 'far', ServerProcess> = { ...others, far };
  const crowd = createCrowd(Object.values(servers));
  const oracle = createOracle(crowd);
  for (const name of ['a', 'b', 'far']) crowd.open(20, { at: name });
  await crowd.settled();
  await oracle.exact();
  return { network, crowd, oracle };
}

describe('the network between a server and Redis', () => {
  it('[S5] cut without a word: others exact a little after the lease, the one cut off marks its totals', async () => {
    const { network, crowd, oracle } = await startAll(await startRedis(), leaseMs);
    oracle.now('far was cut off', { cutOff: ['far'], boundMs: leaseMs + 4_000 });
    network.cut();
    crowd.open(5, { at: 'a' });
    for (const page of crowd.at('far').slice(0, 5)) page.close();
    await oracle.marked(['far'], MARKED_MS);
    await oracle.exact(['a', 'b']);

    oracle.now('the cable was plugged in again', { boundMs: 5_000 });
    network.heal();
    await oracle.exact();
  });

  it('[S4] a subscription that is silently dead, or ended by Redis: exact within 4 s', async () => {
    const redis = await startRedis();
    const { network, crowd, oracle } = await startAll(redis);
    oracle.now('far hears nothing any more', { boundMs: 4_000 });
    // Each link opens its connection for commands first, then the one that listens.
    network.cutOne(1);
    crowd.open(5, { at: 'a' });
    crowd.at('b')[0]!.close();
    await crowd.settled();
    await oracle.exact();

    oracle.now('Redis has ended all subscriptions', { boundMs: 4_000 });
    await redis.cli('CLIENT', 'KILL', 'TYPE', 'pubsub');
    crowd.open(5, { at: 'far' });
    crowd.at('b')[0]!.close();
    await crowd.settled();
    await oracle.exact();
  });

  it('[S6] slow: right and unmarked with 250 ms each way, marked and locally exact with 1,200', async () => {
    const { network, crowd, oracle } = await startAll(await startRedis());
    network.delay(250);
    for (let time = 0; time < 3; time++) {
      oracle.now('far has a long way to Redis', { boundMs: 0 });
      crowd.open(5, { at: 'a' });
      crowd.open(5, { at: 'far' });
      crowd.at('b')[0]!.close();
      await crowd.settled();
      await oracle.exact();
    }

    oracle.now('far has too long a way to Redis', { cutOff: ['far'], boundMs: MARKED_MS });
    network.delay(1_200);
    crowd.open(5, { at: 'far' });
    await oracle.marked(['far'], MARKED_MS);
    crowd.at('far')[0]!.close();

    oracle.now('far is near again', { boundMs: 5_000 });
    network.delay(0);
    await oracle.exact();
  });
});
