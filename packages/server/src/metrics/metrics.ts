import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { HistogramSnapshot } from '../core/histogram.ts';
import type { CounterStats } from '../core/stats.ts';
import { HistogramMetric } from './histogram-metric.ts';
import { largestSites } from './largest-sites.ts';
import type { MetricsJson } from './merge-metrics.ts';

/** What the metrics of one process are read from, at each scrape. */
export interface MetricsSource {
  version: string;
  stats(): Readonly<CounterStats>;
  /** The members on this process. */
  members(): number;
  /** The totals of all sites. Absent in a worker: its primary has them. */
  totals?: () => ReadonlyMap<string, number>;
  /** How many sites have a series of their own: the largest ones. */
  maxSites: number;
  publishLag(): HistogramSnapshot;
  isStale(): boolean;
  /** How many other servers share the store. */
  peers(): number;
  storeLatency?: () => HistogramSnapshot | undefined;
  webhooks?: () => { delivered: number; failed: number; waiting: number };
}

/** The metrics of this process. [M1] From its creation on, the event loop and the garbage collection are observed. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #source: MetricsSource;

  constructor(source: MetricsSource) {
    this.#source = source;
    collectDefaultMetrics({ register: this.#registry });
    this.#gauge('build_info', 'Always 1. The label has the version.', ['version'], (gauge) =>
      gauge.set({ version: source.version }, 1),
    );
    this.#addCounting();
    this.#addConnections();
    this.#addStore();
    if (source.webhooks) this.#addWebhooks(source.webhooks);
  }

  /** The text for Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  json(): Promise<MetricsJson> {
    return this.#registry.getMetricsAsJSON();
  }

  #addCounting(): void {
    const { stats, members, publishLag, totals, maxSites } = this.#source;
    this.#gauge('members', 'Members on this process.', [], (gauge) => gauge.set(members()));
    if (totals) {
      this.#gauge('sites', 'Sites with members, as far as this server knows.', [], (gauge) =>
        gauge.set(totals().size),
      );
      const help = 'Members of a site on all servers. Only the largest sites have a series.';
      this.#gauge('site_members', help, ['site'], (gauge) => {
        for (const [site, total] of largestSites(totals(), maxSites)) gauge.set({ site }, total);
      });
    }
    this.#counter('publishes_total', 'Totals published: at most one a site and tick.', () => stats().updates);
    this.#counter('totals_sent_total', 'Totals sent to connections.', () => stats().messages);
    const lag = 'From when a total is due, the tick included, until its last connection was sent it.';
    this.#histogram('publish_lag_seconds', lag, publishLag);
  }

  #addConnections(): void {
    const { stats } = this.#source;
    this.#gauge('connections', 'Connections that are counted on this process.', [], (gauge) =>
      gauge.set(stats().connections),
    );
    this.#reasons('rejected_total', 'Connections and requests rejected.', () => stats().rejected);
    this.#reasons(
      'terminated_total',
      'Connections terminated because of their client.',
      () => stats().terminated,
    );
    this.#counter(
      'malformed_packets_total',
      'Connections closed because of a malformed packet.',
      () => stats().malformedPackets,
    );
    this.#counter(
      'ignored_events_total',
      'Events of clients that were ignored.',
      () => stats().ignoredEvents,
    );
    this.#counter('heartbeats_total', 'Heartbeats that clients were asked for.', () => stats().heartbeats);
    this.#counter(
      'heartbeat_timeouts_total',
      'Connections that ended because a heartbeat was not answered.',
      () => stats().heartbeatTimeouts,
    );
  }

  #addStore(): void {
    const { isStale, peers, storeLatency } = this.#source;
    this.#gauge('store_up', '1 if the other servers are in reach, 0 while totals are stale.', [], (gauge) =>
      gauge.set(isStale() ? 0 : 1),
    );
    this.#gauge('store_peers', 'Other servers that share the store.', [], (gauge) => gauge.set(peers()));
    const latency = 'Duration of round trips to the store.';
    if (storeLatency?.()) this.#histogram('store_latency_seconds', latency, () => storeLatency()!);
  }

  #addWebhooks(read: NonNullable<MetricsSource['webhooks']>): void {
    this.#reasons(
      'webhook_deliveries_total',
      'Deliveries of webhooks that ended.',
      () => {
        const { delivered, failed } = read();
        return { delivered, failed };
      },
      'status',
    );
    this.#gauge('webhooks_waiting', 'Deliveries of webhooks that wait.', [], (gauge) =>
      gauge.set(read().waiting),
    );
  }

  #gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    set: (gauge: Gauge<Label>) => void,
  ): void {
    new Gauge({
      name: `live_online_${name}`,
      help,
      labelNames,
      registers: [this.#registry],
      collect() {
        this.reset();
        set(this);
      },
    });
  }

  #counter(name: string, help: string, read: () => number): void {
    new Counter({
      name: `live_online_${name}`,
      help,
      registers: [this.#registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }

  /** A counter for each of several reasons. */
  #reasons(name: string, help: string, read: () => Record<string, number>, label = 'reason'): void {
    new Counter({
      name: `live_online_${name}`,
      help,
      labelNames: [label],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [reason, count] of Object.entries(read())) this.inc({ [label]: reason }, count);
      },
    });
  }

  #histogram(name: string, help: string, read: () => HistogramSnapshot): void {
    const metric = new HistogramMetric(`live_online_${name}`, help, read);
    // The registry only reads metrics, but its type names classes.
    this.#registry.registerMetric(metric as never);
  }
}
