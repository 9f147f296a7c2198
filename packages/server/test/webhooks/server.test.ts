import { describe, expect, it, vi } from 'vitest';
import { createCounterServer, createMemoryHub, memoryStore } from '../../src/index.ts';
import { startCounter } from '../helpers/counter.ts';
import { openPage } from '../helpers/page.ts';
import { startReceiver, type WebhookReceiver } from '../helpers/webhook-receiver.ts';

const TOKEN = 'a-token-of-20-letters';
const SECRET = 'a secret of the test';
const origin = 'https://a.example';

/** The events that have arrived. */
const events = ({ received }: WebhookReceiver) =>
  received.map(({ type, data }) => `${type.replace('site.', '')} ${data.site} ${data.people}`);

describe('webhooks of a server', () => {
  it('[H1] a receiver learns that a site is occupied, crosses its threshold, and is vacated', async () => {
    const receiver = await startReceiver();
    const webhooks = [{ url: receiver.url, secret: SECRET, threshold: 2 }];
    const { url } = await startCounter({ webhooks, webhookAllowPrivate: true, decreaseDelayMs: 0 });
    const first = openPage(url, { origin });
    await first.receives(1);
    await vi.waitFor(() => expect(events(receiver)).toEqual(['occupied a.example 1']));
    const second = openPage(url, { origin });
    await second.receives(2);
    await vi.waitFor(() => expect(events(receiver)).toHaveLength(2));
    expect(receiver.received[1]).toMatchObject({
      type: 'site.threshold',
      data: { site: 'a.example', people: 2, threshold: 2, direction: 'above' },
      headers: { 'webhook-signature': expect.stringMatching(/^v1,[\w+/]{43}=$/) },
    });
    first.leave();
    await second.receives(1);
    second.leave();
    await vi.waitFor(() =>
      expect(events(receiver).slice(2)).toEqual(['threshold a.example 1', 'vacated a.example 0']),
    );
    expect(JSON.parse(receiver.received[0]!.text)).toMatchObject({
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
  });

  it('[H3] [SEC48] the admin can list the deliveries, without the secret parts of a URL', async () => {
    const receiver = await startReceiver();
    receiver.answer = (_request, response) => void response.writeHead(500).end();
    const url = `${receiver.url.replace('127', 'user:pass@127')}?token=abc#part`;
    const counter = await startCounter({
      webhooks: [{ url, secret: SECRET }],
      webhookAllowPrivate: true,
      adminToken: TOKEN,
    });
    await openPage(counter.url, { origin }).receives(1);
    const headers = { authorization: `Bearer ${TOKEN}` };
    const list = async (): Promise<unknown> =>
      (await fetch(new URL('v1/webhooks', counter.url), { headers })).json();
    const delivery = { type: 'site.occupied', site: 'a.example', status: 'waiting', attempts: 1 };
    await vi.waitFor(async () =>
      expect(await list()).toEqual({
        webhooks: [
          {
            url: receiver.url,
            waiting: 1,
            deliveries: [
              {
                ...delivery,
                id: expect.stringMatching(/^msg_[\da-f]{32}$/),
                at: expect.stringMatching(/^\d{4}-/),
                lastError: 'answered 500',
              },
            ],
          },
        ],
      }),
    );
    expect((await fetch(new URL('v1/webhooks', counter.url))).status).toBe(401);
  });

  it('[H5] [SEC54] a receiver with a private address is a mistake of the options, unless it is allowed', () => {
    const start = (url: string) => () => createCounterServer({ webhooks: [{ url }] });
    for (const url of ['http://127.0.0.1/', 'http://localhost:80/', 'https://[fe80::1]/', 'http://10.1:8/']) {
      expect(start(url)).toThrow(/webhooks\[0\]\.url is a private or loopback address/);
    }
    expect(start('https://example.org/hook')).not.toThrow();
  });

  it.each([
    [{ url: 'ftp://example.org/' }, 'webhooks[0].url must be an http: or https: URL'],
    [{ url: 'nothing' }, 'webhooks[0].url must be an http: or https: URL'],
    [{ url: 'https://a.example/', secret: 'short' }, 'webhooks[0].secret must be whsec_'],
    [{ url: 'https://a.example/', secret: 'whsec_AAAA' }, 'webhooks[0].secret must be whsec_'],
    [{ url: 'https://a.example/', threshold: 0 }, 'webhooks[0].threshold must be an integer'],
  ])('[H3] %j is rejected at the start', (webhook, message) => {
    expect(() => createCounterServer({ webhooks: [webhook] })).toThrow(message);
  });

  it('[H3] a delivery that is abandoned is an event of the server, with the origin of its URL', async () => {
    const receiver = await startReceiver();
    receiver.answer = (_request, response) => void response.writeHead(410).end();
    const webhooks = [{ url: `${receiver.url}?token=abc` }];
    const { counter, url } = await startCounter({ webhooks, webhookAllowPrivate: true });
    const failed: unknown[] = [];
    counter.on('webhook', (details) => void failed.push(details));
    await openPage(url, { origin }).receives(1);
    await vi.waitFor(() =>
      expect(failed).toEqual([
        {
          origin: `http://127.0.0.1:${receiver.port}`,
          type: 'site.occupied',
          site: 'a.example',
          attempts: 1,
          reason: 'answered 410',
        },
      ]),
    );
  });

  it('[H4] servers of one process with a common store send each event once', async () => {
    const receiver = await startReceiver();
    const hub = createMemoryHub();
    const options = { webhooks: [{ url: receiver.url }], webhookAllowPrivate: true, decreaseDelayMs: 0 };
    const first = await startCounter({ ...options, store: memoryStore(hub) });
    const second = await startCounter({ ...options, store: memoryStore(hub) });
    const page = openPage(second.url, { origin });
    await page.receives(1);
    await vi.waitFor(() => expect(events(receiver)).toEqual(['occupied a.example 1']));
    await first.counter.close();
    page.leave();
    await vi.waitFor(() => expect(events(receiver)).toEqual(['occupied a.example 1', 'vacated a.example 0']));
  });
});
