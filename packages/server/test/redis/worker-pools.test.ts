import { describe, expect, it, vi } from 'vitest';
import { redisStore } from '../../src/redis.ts';
import { ADMIN_TOKEN, bodyOf, startApi } from '../helpers/api.ts';
import { openPage } from '../helpers/page.ts';
import { startRedis } from '../helpers/redis.ts';
import { startReceiver } from '../helpers/webhook-receiver.ts';
import { startWorkers } from '../helpers/workers.ts';

const patient = { timeout: 30_000, interval: 50 };
const site = 'a.example';

interface Servers {
  servers: { name: string; connections: number; stale: boolean; isSelf: boolean }[];
}

describe('pools of workers over Redis', { timeout: 90_000 }, () => {
  it('[A8, A12, H4] each is one server to all others, and each event is sent once', async () => {
    const redis = await startRedis();
    const receiver = await startReceiver();
    const startPool = (name: string, workers: number) =>
      startWorkers({
        workers,
        redis: { url: redis.url, name },
        options: {
          adminToken: ADMIN_TOKEN,
          webhooks: [{ url: receiver.url, threshold: 3 }],
          webhookAllowPrivate: true,
          decreaseDelayMs: 0,
        },
      });
    // The first one sends the webhooks, and begins while it is alone: what it finds at its start is no event.
    const first = await startPool('x', 2);
    const [second, alone] = await Promise.all([
      startPool('y', 1),
      startApi({ store: redisStore(redis.url, { name: 'z' }) }),
    ]);
    const pages = [first.url, second.url, second.url, alone.url].map((url) =>
      openPage(url, { origin: `https://${site}` }),
    );
    await Promise.all(pages.map((page) => page.receives(4)));

    // Requests to a pool use connections of their own, which any of its workers may accept.
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, connection: 'close' };
    const read = (url: string, path: string) => bodyOf<Servers>(fetch(`${url}v1/${path}`, { headers }));
    const urls = [alone.url, first.url, first.url, second.url];
    for (const url of urls) {
      await expect
        .poll(async () => (await read(url, 'servers')).servers.map(({ connections }) => connections), patient)
        .toEqual([1, 2, 1]);
      await expect.poll(() => read(url, 'stats'), patient).toMatchObject({ connections: 4 });
    }
    const { servers } = await read(first.url, 'servers');
    expect(servers.map(({ name, isSelf }) => [name.replace(/-[\da-f]{16}$/, ''), isSelf])).toEqual([
      ['x-primary', true],
      ['y-primary', false],
      ['z', false],
    ]);

    // The site was occupied, and rose above the threshold, whichever server the pages were on.
    const sent = () => receiver.received.map(({ type }) => type.replace('site.', '')).sort();
    await vi.waitFor(() => expect(sent()).toEqual(['occupied', 'threshold']), patient);
    const alonePage = pages.pop()!;
    for (const page of pages) page.leave();
    await vi.waitFor(() => expect(sent()).toEqual(['occupied', 'threshold', 'threshold']), patient);

    // Drained by another server; the other pool sends what happens then.
    const drain = `servers/${servers[0]!.name}/drain`;
    expect((await alone.getAsAdmin(drain, { method: 'POST' })).status).toBe(202);
    await expect.poll(() => first.workers.pids(), patient).toEqual([]);
    await expect
      .poll(async () => (await read(second.url, 'servers')).servers.map(({ stale }) => stale), patient)
      .toEqual([false, false]);
    alonePage.leave();
    await vi.waitFor(() => expect(sent()).toHaveLength(4), patient);
    expect(receiver.received[3]).toMatchObject({ type: 'site.vacated', data: { site } });
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(4);
  });
});
