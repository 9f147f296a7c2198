import { describe, expect, it, vi } from 'vitest';
import { redisStore } from '../../src/redis.ts';
import { startCounter } from '../helpers/counter.ts';
import { openPage } from '../helpers/page.ts';
import { startRedis } from '../helpers/redis.ts';
import { startReceiver } from '../helpers/webhook-receiver.ts';

const patient = { timeout: 15_000, interval: 20 };

describe('webhooks of servers over Redis', { timeout: 60_000 }, () => {
  it('[H4] each event is sent once, by one server, and by the other one when that is gone', async () => {
    const redis = await startRedis();
    const receiver = await startReceiver();
    const start = (name: string) =>
      startCounter({
        store: redisStore(redis.url, { name }),
        webhooks: [{ url: receiver.url, threshold: 2 }],
        webhookAllowPrivate: true,
        decreaseDelayMs: 0,
      });
    const [first, second] = [await start('a'), await start('b')];
    const sent = () => receiver.received.map(({ type }) => type.replace('site.', '')).sort();

    // On the server that does not send, and then on both.
    const page = openPage(second.url, { origin: 'https://a.example' });
    await page.receives(1);
    await vi.waitFor(() => expect(sent()).toEqual(['occupied']), patient);
    const other = openPage(first.url, { origin: 'https://a.example' });
    await page.receives(2);
    await vi.waitFor(() => expect(sent()).toEqual(['occupied', 'threshold']), patient);
    other.leave();
    await page.receives(1);
    await vi.waitFor(() => expect(sent()).toEqual(['occupied', 'threshold', 'threshold']), patient);

    // It could not deliver its last event: the other server sends that again under the same id.
    receiver.answer = (_request, response) => void response.writeHead(503).end();
    const next = openPage(second.url, { origin: 'https://b.example' });
    await next.receives(1);
    await vi.waitFor(() => expect(receiver.received).toHaveLength(4), patient);
    receiver.answer = (_request, response) => void response.writeHead(204).end();
    await first.counter.close();
    await vi.waitFor(() => expect(receiver.received).toHaveLength(5), patient);
    const [failed, again] = receiver.received
      .slice(3)
      .map(({ headers, text }) => [headers['webhook-id'], text]);
    expect(again).toEqual(failed);

    page.leave();
    await vi.waitFor(() => expect(receiver.received).toHaveLength(6), patient);
    expect(receiver.received[5]).toMatchObject({ type: 'site.vacated', data: { site: 'a.example' } });
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(5);
  });
});
