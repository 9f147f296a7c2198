import { describe, expect, it, vi } from 'vitest';
import { Histogram } from '../../src/core/histogram.ts';
import { largestSites } from '../../src/metrics/largest-sites.ts';
import { mergeMetrics } from '../../src/metrics/merge-metrics.ts';
import { Metrics, type MetricsSource } from '../../src/metrics/metrics.ts';
import { createStats } from '../../src/core/stats.ts';
import { startCounter } from '../helpers/counter.ts';
import { openPage } from '../helpers/page.ts';
import { sendHttp } from '../helpers/send-http.ts';
import { readSeries } from '../helpers/read-series.ts';

const TOKEN = 'a-token-of-20-letters';

function sourceOf(changes: Partial<MetricsSource> = {}): MetricsSource {
  return {
    version: '1.2.3',
    stats: createStats,
    members: () => 0,
    totals: () => new Map(),
    maxSites: 100,
    publishLag: () => new Histogram([1]).snapshot(),
    isStale: () => false,
    peers: () => 0,
    ...changes,
  };
}

describe('the metrics of a server', () => {
  it('[M1] they have what the server counts, by names of Prometheus', async () => {
    const { counter, url, metricsUrl } = await startCounter({ metricsPort: 0, maxPerAddress: 2 });
    const page = openPage(url, { origin: 'https://a.example' });
    await page.receives(1);
    openPage(url, { origin: 'https://a.example' });
    await page.receives(2);
    await openPage(url, { origin: 'https://a.example' }).rejection();
    await vi.waitFor(() => expect(counter.stats().updates).toBeGreaterThan(0));
    const response = await fetch(metricsUrl!);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const series = readSeries(await response.text());
    expect(series).toMatchObject({
      live_online_connections: 2,
      live_online_members: 2,
      live_online_sites: 1,
      'live_online_site_members{site="a.example"}': 2,
      'live_online_rejected_total{reason="maxPerAddress"}': 1,
      live_online_store_up: 1,
      live_online_store_peers: 0,
    });
    expect(series['live_online_publishes_total']).toBe(counter.stats().updates);
    expect(series['live_online_totals_sent_total']).toBe(counter.stats().messages);
    expect(series['live_online_publish_lag_seconds_count']).toBe(counter.stats().updates);
    expect(series['live_online_publish_lag_seconds_bucket{le="+Inf"}']).toBe(counter.stats().updates);
    expect(series['process_resident_memory_bytes']).toBeGreaterThan(1e6);
    expect(series['nodejs_eventloop_lag_p99_seconds']).toBeGreaterThanOrEqual(0);
    const other = await fetch(new URL('/', metricsUrl));
    expect([other.status, await other.text()]).toEqual([404, 'the metrics are at /metrics\n']);
    expect((await fetch(metricsUrl!, { method: 'POST' })).status).toBe(405);
  });

  it('[M1] on the port of the counter they need the token of the admin', async () => {
    const { url } = await startCounter({ adminToken: TOKEN, publicSites: ['*'] });
    const read = (headers?: Record<string, string>) =>
      fetch(new URL('metrics', url), { headers: { ...headers } });
    expect((await read()).status).toBe(401);
    expect((await read({ authorization: 'Bearer another-token-of-25-chars' })).status).toBe(403);
    const response = await read({ authorization: `Bearer ${TOKEN}` });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(readSeries(await response.text())).toMatchObject({ live_online_connections: 0 });
  });

  it('[M1] the port is closed with the server, and one that is taken ends the start', async () => {
    const { counter, metricsUrl } = await startCounter({ metricsPort: 0 });
    const metricsPort = Number(new URL(metricsUrl!).port);
    await expect(startCounter({ metricsPort })).rejects.toMatchObject({
      code: 'listen-failed',
      message: expect.stringContaining(String(metricsPort)),
    });
    await counter.close();
    await expect(fetch(metricsUrl!)).rejects.toThrow();
  });

  it('[M1] [SEC51] on this machine they answer to private names only, so that no name of a page leads to them', async () => {
    const { metricsUrl } = await startCounter({ metricsPort: 0 });
    const port = Number(new URL(metricsUrl!).port);
    const statusOf = async (host: string): Promise<string> => {
      const answer = await sendHttp(port, `GET /metrics HTTP/1.1\r\nConnection: close\r\n${host}\r\n`);
      return answer.split(' ')[1]!;
    };
    for (const host of [
      'localhost',
      `127.0.0.1:${port}`,
      '[::1]:1',
      'LOCALHOST:9',
      'a.localhost',
      'counter',
      'host.docker.internal:1',
      '192.0.2.1',
    ]) {
      expect([host, await statusOf(`Host: ${host}\r\n`)]).toEqual([host, '200']);
    }
    for (const host of [
      'attacker.example',
      `attacker.example:${port}`,
      'localhost.attacker.example',
      '127.0.0.1.attacker.example',
      'not.localhost.example',
      'internal.example',
      'attacker.example@localhost',
      '',
    ]) {
      expect([host, await statusOf(`Host: ${host}\r\n`)]).toEqual([host, '403']);
    }
    const inNetwork = await startCounter({ metricsPort: 0, metricsHost: '0.0.0.0' });
    const answer = await sendHttp(
      Number(new URL(inNetwork.metricsUrl!).port),
      'GET /metrics HTTP/1.1\r\nConnection: close\r\nHost: counter:9464\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
  });

  it('[M2] [SEC50] the name of a site is one label, whatever is in it', async () => {
    const names = ['a"} 1\nlive_online_connections 9', 'a\\', 'a",b="c', '__proto__'];
    const totals = new Map(names.map((name, index) => [name, index + 1] as const));
    const metrics = new Metrics(sourceOf({ totals: () => totals }));
    const lines = (await metrics.text()).split('\n');
    expect(lines.filter((line) => line.startsWith('live_online_site_members{'))).toHaveLength(names.length);
    expect(lines.filter((line) => /^live_online_connections\b/.test(line))).toEqual([
      'live_online_connections 0',
    ]);
    expect(lines).toContain(String.raw`live_online_site_members{site="a\"} 1\nlive_online_connections 9"} 1`);
  });

  it('[M2] only the largest sites have a series', async () => {
    const totals = new Map([
      ['small.example', 1],
      ['b.example', 5],
      ['large.example', 9],
      ['a.example', 5],
    ]);
    expect(largestSites(totals, 3).map(([site]) => site)).toEqual([
      'large.example',
      'a.example',
      'b.example',
    ]);
    const metrics = new Metrics(sourceOf({ totals: () => totals, maxSites: 1 }));
    const sites = (text: string) =>
      Object.keys(readSeries(text)).filter((name) => name.includes('site_members'));
    expect(sites(await metrics.text())).toEqual(['live_online_site_members{site="large.example"}']);
    totals.set('new.example', 10);
    expect(sites(await metrics.text())).toEqual(['live_online_site_members{site="new.example"}']);
  });

  it('[M1] a histogram has the values up to each bound', async () => {
    const lag = new Histogram([0.1, 1]);
    for (const value of [0.05, 0.1, 0.5, 7]) lag.observe(value);
    const metrics = new Metrics(sourceOf({ publishLag: () => lag.snapshot() }));
    expect(readSeries(await metrics.text())).toMatchObject({
      'live_online_publish_lag_seconds_bucket{le="0.1"}': 2,
      'live_online_publish_lag_seconds_bucket{le="1"}': 3,
      'live_online_publish_lag_seconds_bucket{le="+Inf"}': 4,
      live_online_publish_lag_seconds_sum: 7.65,
      live_online_publish_lag_seconds_count: 4,
    });
  });

  it('[M3] of several processes each has series of its own, under one type', async () => {
    const stats = (connections: number) => () => ({ ...createStats(), connections });
    const primary = new Metrics(sourceOf({ totals: () => new Map([['a.example', 5]]) }));
    const workers = [1, 2].map((number) => {
      const { totals: _totals, ...source } = sourceOf({ stats: stats(number) });
      return new Metrics(source);
    });
    const [own, first, second] = await Promise.all([primary, ...workers].map((metrics) => metrics.json()));
    const text = await mergeMetrics(
      new Map([
        ['primary', own!],
        ['1', first!],
        ['2', second!],
      ]),
    );
    expect(readSeries(text)).toMatchObject({
      'live_online_connections{worker="1"}': 1,
      'live_online_connections{worker="2"}': 2,
      'live_online_site_members{site="a.example",worker="primary"}': 5,
    });
    expect(text.match(/^# TYPE live_online_connections gauge$/gm)).toHaveLength(1);
    expect(text.match(/^# TYPE live_online_publish_lag_seconds histogram$/gm)).toHaveLength(1);
    expect(text).not.toContain('site_members{worker=');
  });
});
