import { describe, it } from 'vitest';
import { startRedis } from '../../packages/server/test/helpers/redis.ts';
import { startFarServer } from '../helpers/far-server.ts';

const leaseMs = 3_000;
/** Stale is said once a command has failed, or the next beat has, and the link has been away for a second. */
const MARKED_MS = 5_000;

describe('the network between a server and Redis', () => {
  it('[S5] cut without a word: others exact a little after the lease, the one cut off marks its totals', async () => {
    const { network, crowd, oracle } = await startFarServer(await startRedis(), { leaseMs });
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
    const { network, crowd, oracle } = await startFarServer(redis);
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
});
