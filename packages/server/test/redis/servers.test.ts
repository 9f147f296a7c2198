import { describe, expect, it } from 'vitest';
import { redisStore } from '../../src/redis.ts';
import { bodyOf, startApi, type ApiServer } from '../helpers/api.ts';
import { startRedis } from '../helpers/redis.ts';

const patient = { timeout: 20_000, interval: 50 };

interface Servers {
  servers: { name: string; connections: number; stale: boolean; isSelf: boolean }[];
}

const listOf = async ({ getAsAdmin }: ApiServer) => (await bodyOf<Servers>(getAsAdmin('servers'))).servers;
const statsOf = ({ getAsAdmin }: ApiServer) => bodyOf<object>(getAsAdmin('stats'));

describe('the API of servers over Redis', { timeout: 60_000 }, () => {
  it('[A1, A8, A12] any server lists, sums and drains all of them', async () => {
    const redis = await startRedis();
    const start = (name: string) => startApi({ store: redisStore(redis.url, { name }) });
    const servers = [await start('a'), await start('b'), await start('c')] as const;
    const [a, b, c] = servers;
    for (const [pages, server] of servers.entries()) {
      for (let page = 0; page <= pages; page++) await server.open('a.example');
      const bot = { 'user-agent': 'Googlebot/2.1 (+http://www.google.com/bot.html)' };
      await (await fetch(`${server.url}events?EIO=4`, { headers: bot })).text();
    }
    for (const [index, server] of servers.entries()) {
      await expect
        .poll(
          async () => (await listOf(server)).map(({ connections, isSelf }) => [connections, isSelf]),
          patient,
        )
        .toEqual([1, 2, 3].map((connections) => [connections, connections === index + 1]));
      await expect
        .poll(() => statsOf(server), patient)
        .toMatchObject({ connections: 6, rejected: { bot: 3 } });
    }

    const [, , last] = await listOf(a);
    expect(last).toMatchObject({ name: expect.stringMatching(/^c-/), stale: false });
    const drain = { method: 'POST' };
    expect((await a.get(`servers/${last!.name}/drain`, drain)).status).toBe(401);
    const headers = { authorization: 'Bearer another-token-of-someone' };
    expect((await a.get(`servers/${last!.name}/drain`, { ...drain, headers })).status).toBe(403);
    expect((await a.getAsAdmin('servers/c/drain', drain)).status).toBe(404);
    expect((await a.getAsAdmin(`servers/${last!.name}/drain`, drain)).status).toBe(202);
    await expect.poll(() => fetch(`${c.url}healthz`).catch(() => 'closed'), patient).toBe('closed');
    for (const server of [a, b]) {
      await expect.poll(async () => (await listOf(server)).length, patient).toBe(2);
      await expect.poll(() => statsOf(server), patient).toMatchObject({ rejected: { bot: 2 } });
    }
  });
});
