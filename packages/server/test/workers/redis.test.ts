import { kill } from 'node:process';
import { describe, expect, it, vi } from 'vitest';
import { redisStore } from '../../src/redis.ts';
import { startCounter } from '../helpers/counter.ts';
import { openPage } from '../helpers/page.ts';
import { startRedis } from '../helpers/redis.ts';
import { openPagesAtEach, startWorkers } from '../helpers/workers.ts';

const patient = { timeout: 30_000, interval: 20 };
const site = 'a.example';

describe('workers that add up over Redis', () => {
  it('[S8] agree with other servers, also when one is killed or stopped', { timeout: 60_000 }, async () => {
    const redis = await startRedis();
    const leaseMs = 2_000;
    const [{ workers, url }, alone] = await Promise.all([
      startWorkers({ workers: 2, redis: { url: redis.url, name: 'a-host-with-a-long-name', leaseMs } }),
      startCounter({ store: redisStore(redis.url, { leaseMs }) }),
    ]);
    const origin = `https://${site}`;
    const atWorkers = await openPagesAtEach(url, origin, { workers: 2, each: 4 });
    const pages = [...atWorkers.flat(), openPage(alone.url, { origin })];
    await Promise.all(pages.map((page) => page.receives(9)));
    const agree = (total: () => number): Promise<void> =>
      vi.waitFor(() => {
        const truth = total();
        expect([workers.total(site), alone.counter.total(site)]).toEqual([truth, truth]);
      }, patient);
    await agree(() => 9);

    const [first, second] = workers.pids() as [number, number];
    kill(first, 'SIGKILL');
    const left = (): number => pages.filter(({ socket }) => socket.connected).length;
    await vi.waitFor(() => expect(left()).toBe(5), patient);
    await agree(left);

    kill(second, 'SIGSTOP');
    await agree(() => 1);
    kill(second, 'SIGCONT');
    await agree(left);
  });

  it('[S8] a Redis that cannot be used ends the start', async () => {
    const redis = await startRedis();
    const url = redis.url.replace(/:[^:@]*@/, ':wr0ng@');
    await expect(startWorkers({ workers: 1, redis: { url } })).rejects.toMatchObject({
      code: 'store-failed',
    });
  });
});
