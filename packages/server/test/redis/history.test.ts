import { describe, expect, it } from 'vitest';
import { redisStore } from '../../src/redis.ts';
import { bodyOf, startApi, type ApiServer } from '../helpers/api.ts';
import { startRedis } from '../helpers/redis.ts';
import { openPage } from '../helpers/page.ts';

interface Site {
  people: number;
  since: string;
  peak: { allTime: { people: number } | null };
}

describe('the API of servers over Redis', { timeout: 60_000 }, () => {
  it('[A1] gives the sum whichever server answers, and [T4] the history after a restart of all', async () => {
    const redis = await startRedis();
    const start = (name: string): Promise<ApiServer> => startApi({ store: redisStore(redis.url, { name }) });
    const read = (server: ApiServer): Promise<Site> => bodyOf<Site>(server.get('sites/public.example'));
    const [first, second, third] = [await start('a'), await start('b'), await start('c')];
    for (const { url } of [first, second, second]) {
      openPage(url, { origin: 'https://public.example' });
    }
    await expect.poll(() => read(third), { timeout: 15_000 }).toMatchObject({ people: 3, stale: false });
    // The server that writes the history has seen all of them.
    await expect
      .poll(() => read(first), { timeout: 15_000 })
      .toMatchObject({ peak: { allTime: { people: 3 } } });
    const { since } = await read(first);
    for (const { counter } of [third, second, first]) await counter.close();
    const next = await start('d');
    await expect
      .poll(() => read(next), { timeout: 15_000 })
      .toMatchObject({ people: 0, since, peak: { allTime: { people: 3 } } });
  });
});
