import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { Histogram } from '../../src/core/histogram.ts';
import { createStats } from '../../src/core/stats.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { runPromtool } from '../helpers/promtool.ts';

const folder = fileURLToPath(new URL('../../../../docs/monitoring', import.meta.url));
const read = (name: string) => readFileSync(`${folder}/${name}`, 'utf8');

describe('the files for Prometheus and Grafana', () => {
  let text: string;
  let names: Set<string>;
  beforeAll(async () => {
    const histogram = (): ReturnType<Histogram['snapshot']> => new Histogram([1]).snapshot();
    const metrics = new Metrics({
      version: '1.2.3',
      stats: () => ({ ...createStats(), rejected: { maxSites: 1 }, terminated: { 'not-reading': 1 } }),
      members: () => 1,
      totals: () => new Map([['a.example', 1]]),
      maxSites: 100,
      publishLag: histogram,
      isStale: () => false,
      peers: () => 0,
      storeLatency: histogram,
      webhooks: () => ({ delivered: 1, failed: 0, waiting: 0 }),
    });
    text = await metrics.text();
    names = new Set(text.match(/^[a-z]\w+/gm));
  });

  it.each(['grafana-dashboard.json', 'alerts.yml', 'alerts.test.yml'])(
    '[M4] %s names only metrics that a server has',
    (file) => {
      const used = read(file).match(/\b(?:live_online|process|nodejs)_\w+/g) ?? [];
      expect(used.length).toBeGreaterThan(5);
      expect(used.filter((name) => !names.has(name))).toEqual([]);
    },
  );

  it('[M4] the dashboard shows every metric of a server, apart from few', () => {
    const shown = read('grafana-dashboard.json');
    const own = [...text.matchAll(/^# TYPE (live_online_\w+)/gm)].map(([, name]) => name!);
    expect(own.filter((name) => !shown.includes(name))).toEqual([
      'live_online_build_info',
      'live_online_ignored_events_total',
      'live_online_store_peers',
    ]);
  });

  it('[M4] docs/operations.md lists every metric of a server', () => {
    const documented = readFileSync(`${folder}/../operations.md`, 'utf8');
    const own = [...text.matchAll(/^# TYPE live_online_(\w+)/gm)].map(([, name]) => name!);
    expect(own.filter((name) => !documented.includes(`\`${name}`))).toEqual([]);
  });

  it('[M1] promtool finds no fault in the names and texts of the metrics', () => {
    const own = text
      .split('\n\n')
      .filter((metric) => metric.includes('live_online_'))
      .join('\n');
    expect(runPromtool(folder, ['check', 'metrics'], `${own}\n`)).toBe('');
  });

  it('[M4] promtool accepts the configuration, and the alerts of the examples fire', () => {
    runPromtool(folder, ['check', 'config', 'prometheus.yml']);
    runPromtool(folder, ['test', 'rules', 'alerts.test.yml']);
  });
});
