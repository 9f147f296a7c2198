import type { SitePeaks } from '../core/samples.ts';
import type { ApiServers } from '../io/http/api/api-ports.ts';
import type { WebhookState } from '../webhooks/webhook-state.ts';
import type { MetricsJson } from './merge-metrics.ts';

/** What a worker and its primary ask each other. */
export interface OperationsRelay {
  /** The metrics of all processes, as text for Prometheus. */
  metrics(): Promise<string>;
  webhooks(): Promise<WebhookState[]>;
  /** The servers that share the store: all workers are one of them. */
  readonly servers: ApiServers;
  /** Sends the primary what it needs to know which totals are peaks. */
  addEarlierPeaks(peaks: SitePeaks): void;
  /** Answers the primary with the metrics of this process. */
  serve(read: () => Promise<MetricsJson>): void;
}
