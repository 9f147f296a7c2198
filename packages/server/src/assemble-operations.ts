import type { CounterView } from './assemble-counter.ts';
import type { HistogramSnapshot } from './core/histogram.ts';
import type { SitePeaks } from './core/samples.ts';
import type { Clock, Store } from './core/ports.ts';
import { metricsPortFailed } from './errors.ts';
import type { MetricsJson } from './metrics/merge-metrics.ts';
import type { Metrics, MetricsSource } from './metrics/metrics.ts';
import { openMetricsServer, type MetricsServer } from './metrics/metrics-server.ts';
import type { OperationsRelay } from './metrics/operations-relay.ts';
import type { ResolvedOperationsOptions } from './options/operations-options.ts';
import { readPackageVersion } from './package-version.ts';
import type { WebhookPeers } from './webhooks/failover.ts';
import type { WebhookFailed } from './webhooks/webhook-failed.ts';
import type { WebhookState } from './webhooks/webhook-state.ts';
import { Webhooks } from './webhooks/webhooks.ts';

export interface OperationsParts {
  options: ResolvedOperationsOptions;
  clock: Clock;
  view: CounterView;
  /** The members on this process. */
  members: () => number;
  publishLag: () => HistogramSnapshot;
  store: Pick<Store, 'peers' | 'latency'>;
  /** The servers that share the store, once it is open. `undefined`: this server sends all webhooks. */
  peers: () => WebhookPeers | undefined;
  /** Whether this server sends the webhooks, if it has no `peers`. */
  isLeader: () => boolean;
  onWebhookFailed: (failed: WebhookFailed) => void;
  /** The highest total that a site had, from its history. @default unknown */
  earlierPeak?: (site: string) => number;
  /** In a worker: what it shares with its primary. */
  relay?: OperationsRelay | undefined;
  /** In a primary: the metrics of the workers, by the value of the label `worker`. */
  readWorkers?: () => Promise<Map<string, MetricsJson>>;
}

/** What an operator watches: metrics and webhooks. It does nothing before `start`. */
export class Operations {
  readonly #parts: OperationsParts;
  #metrics: Promise<Metrics> | undefined;
  #server: MetricsServer | undefined;
  #webhooks: Webhooks | undefined;
  #unwatch = (): void => {};
  #isClosed = false;

  constructor(parts: OperationsParts) {
    this.#parts = parts;
    parts.relay?.serve(async () => (await this.#readMetrics()).json());
  }

  /** The metrics as text for Prometheus: of all processes, if there are workers. */
  async metricsText(): Promise<string> {
    const { readWorkers, relay } = this.#parts;
    if (relay) return relay.metrics();
    const metrics = await this.#readMetrics();
    if (!readWorkers) return metrics.text();
    const { mergeMetrics } = await import('./metrics/merge-metrics.ts');
    const [own, workers] = await Promise.all([metrics.json(), readWorkers()]);
    return mergeMetrics(new Map([['primary', own], ...workers]));
  }

  /** Earlier peaks of sites are known now: no total up to them is a peak. In a worker, its primary gets them. */
  addEarlierPeaks(peaks: SitePeaks): void {
    this.#parts.relay?.addEarlierPeaks(peaks);
    this.#webhooks?.addEarlierPeaks(peaks);
  }

  /** The state of each webhook. */
  async webhooks(): Promise<WebhookState[]> {
    return this.#parts.relay ? this.#parts.relay.webhooks() : (this.#webhooks?.list() ?? []);
  }

  /**
   * To be called once, when the store is open.
   *
   * @throws CounterServerError if the port of the metrics cannot be opened.
   */
  async start(): Promise<void> {
    const { options, view } = this.#parts;
    if (options.webhooks.receivers.length > 0) {
      this.#unwatch = view.watchAll();
      this.#webhooks = this.#createWebhooks();
      this.#webhooks.start(view);
    }
    const { host, port } = options.metrics;
    if (port === undefined) return;
    await this.#readMetrics();
    try {
      this.#server = await openMetricsServer(host, port, () => this.metricsText());
    } catch (error) {
      throw metricsPortFailed(error as NodeJS.ErrnoException, host, port);
    }
    if (this.#isClosed) await this.#server.close();
  }

  /** The URL of the port of the metrics, if it is open. */
  get metricsUrl(): string | undefined {
    return this.#server?.url;
  }

  /** May be called twice, and without `start`. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#unwatch();
    this.#webhooks?.close();
    await this.#server?.close();
  }

  /** Loads prom-client at the first call. */
  #readMetrics(): Promise<Metrics> {
    this.#metrics ??= import('./metrics/metrics.ts').then(({ Metrics }) => new Metrics(this.#source()));
    return this.#metrics;
  }

  #source(): MetricsSource {
    const { members, options, publishLag, relay, store, view } = this.#parts;
    return {
      version: readPackageVersion(),
      stats: () => view.stats(),
      members,
      ...(!relay && { totals: () => view.totals() }),
      maxSites: options.metrics.maxSites,
      publishLag,
      isStale: () => view.isStale(),
      peers: () => store.peers?.() ?? 0,
      storeLatency: () => store.latency?.(),
      ...(options.webhooks.receivers.length > 0 && {
        webhooks: () => this.#webhooks?.counts() ?? { delivered: 0, failed: 0, waiting: 0 },
      }),
    };
  }

  #createWebhooks(): Webhooks {
    const { clock, isLeader, onWebhookFailed, options, peers, store } = this.#parts;
    const { earlierPeak = () => 0 } = this.#parts;
    return new Webhooks({
      webhooks: options.webhooks.receivers,
      allowPrivate: options.webhooks.allowPrivate,
      clock,
      timeOfDay: Date.now,
      random: Math.random,
      peers: peers(),
      isLeader,
      earlierPeak,
      hasPeers: () => (store.peers?.() ?? 0) > 0,
      onFailed: onWebhookFailed,
    });
  }
}

/** What servers over a store need to agree on webhooks, if the store has it. */
export function webhookPeersOf(store: Store): WebhookPeers | undefined {
  if (!store.isLeader || !store.hasPeer || !store.announce || !store.onAnnouncement) return undefined;
  return {
    isLeader: () => store.isLeader!(),
    hasPeer: (server) => store.hasPeer!(server),
    announce: (text) => store.announce!(text),
    onAnnouncement: (listener) => store.onAnnouncement!(listener),
  };
}
