import { describe, it } from 'vitest';
import { startRedis } from '../../packages/server/test/helpers/redis.ts';
import { startFarServer } from '../helpers/far-server.ts';

/** A total is stale after a command or the next heartbeat has failed, and the link has been down for a second. */
const MARKED_MS = 5_000;

describe('a slow network', () => {
  it('[S6] 200 ms each way: exact and not stale; 1,200 ms each way: stale, and exact for local pages', async () => {
    const { network, crowd, oracle } = await startFarServer(await startRedis());
    network.delay(200);
    for (let time = 0; time < 3; time++) {
      oracle.now('far has a slow network', { boundMs: 1_000 });
      crowd.open(5, { at: 'a' });
      crowd.open(5, { at: 'far' });
      crowd.at('b')[0]!.close();
      await crowd.settled();
      await oracle.exact();
    }

    oracle.now('far has too slow a network', { cutOff: ['far'], boundMs: MARKED_MS });
    network.delay(1_200);
    crowd.open(5, { at: 'far' });
    await oracle.marked(['far'], MARKED_MS);
    crowd.at('far')[0]!.close();

    oracle.now('far has a fast network again', { boundMs: 5_000 });
    network.delay(0);
    await oracle.exact();
  });
});
