import { describe, it } from 'vitest';
import { startRedis } from '../../packages/server/test/helpers/redis.ts';
import { startFarServer } from '../helpers/far-server.ts';

const leaseMs = 3_000;
/** A total is stale after a command or the next heartbeat has failed, and the link has been down for a second. */
const MARKED_MS = 5_000;

describe('the network between a server and Redis', () => {
  it('[S5] cut without a FIN: the others are exact soon after the lease, and the isolated server marks its totals as stale', async () => {
    const { network, crowd, oracle } = await startFarServer(await startRedis(), { leaseMs });
    oracle.now('far was cut off', { cutOff: ['far'], boundMs: leaseMs + 4_000 });
    network.cut();
    crowd.open(5, { at: 'a' });
    for (const page of crowd.at('far').slice(0, 5)) page.close();
    await oracle.marked(['far'], MARKED_MS);
    await oracle.exact(['a', 'b']);

    oracle.now('the network was back', { boundMs: 5_000 });
    network.heal();
    await oracle.exact();
  });

  it('[S4] a subscription that receives nothing, or that Redis ends: exact within 4 s', async () => {
    const redis = await startRedis();
    const { network, crowd, oracle } = await startFarServer(redis);
    oracle.now('far receives nothing any more', { boundMs: 4_000 });
    // Each link opens its connection for commands first, then the one that subscribes.
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
});
