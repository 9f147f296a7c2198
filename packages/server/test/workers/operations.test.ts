import { describe, expect, it, vi } from 'vitest';
import { openPagesAtEach, startWorkers } from '../helpers/workers.ts';
import { readSeries } from '../helpers/read-series.ts';
import { startReceiver } from '../helpers/webhook-receiver.ts';

const patient = { timeout: 30_000, interval: 50 };
const TOKEN = 'a-token-of-20-letters';

describe('metrics and webhooks of several processes', { timeout: 60_000 }, () => {
  it('[M3, H4] the primary has the metrics of all of them, and sends each event once', async () => {
    const receiver = await startReceiver();
    const { workers, url } = await startWorkers({
      workers: 2,
      options: {
        adminToken: TOKEN,
        metricsPort: 0,
        webhooks: [{ url: receiver.url, threshold: 4 }],
        webhookAllowPrivate: true,
      },
    });
    const { metricsUrl } = await workers.listen();
    await openPagesAtEach(url, 'https://a.example', { workers: 2, each: 2 });
    await vi.waitFor(() => expect(workers.total('a.example')).toBe(4), patient);
    await vi.waitFor(
      () =>
        expect(receiver.received.map(({ type }) => type).slice(0, 2)).toEqual([
          'site.occupied',
          'site.threshold',
        ]),
      patient,
    );
    const expected = {
      'live_online_connections{worker="1"}': 2,
      'live_online_connections{worker="2"}': 2,
      'live_online_site_members{site="a.example",worker="primary"}': 4,
      'live_online_webhook_deliveries_total{status="delivered",worker="primary"}': receiver.received.length,
    };
    await vi.waitFor(async () => {
      const text = await (await fetch(metricsUrl!)).text();
      expect(readSeries(text)).toMatchObject(expected);
    }, patient);
    // The port of the counter is served by a worker, which asks its primary.
    const read = (path: string) =>
      fetch(new URL(path, url), { headers: { authorization: `Bearer ${TOKEN}`, connection: 'close' } });
    expect(readSeries(await (await read('metrics')).text())).toMatchObject(expected);
    expect(await (await read('v1/webhooks')).json()).toMatchObject({
      webhooks: [{ url: receiver.url, waiting: 0, deliveries: expect.any(Array) }],
    });
    expect(receiver.received.filter(({ type }) => type === 'site.occupied')).toHaveLength(1);
  });
});
