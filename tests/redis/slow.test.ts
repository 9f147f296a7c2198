import { describe, it } from 'vitest';
import { startRedis } from '../../packages/server/test/helpers/redis.ts';
import { startFarServer } from '../helpers/far-server.ts';

/** Stale is said once a command has failed, or the next beat has, and the link has been away for a second. */
const MARKED_MS = 5_000;

describe('a slow network', () => {
  it('[S6] slow: right and unmarked with 200 ms each way, marked and locally exact with 1,200', async () => {
    const { network, crowd, oracle } = await startFarServer(await startRedis());
    network.delay(200);
    for (let time = 0; time < 3; time++) {
      oracle.now('far has a long way to Redis', { boundMs: 1_000 });
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
