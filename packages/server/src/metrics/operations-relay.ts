import type { WebhookState } from '../webhooks/webhook-state.ts';
import type { MetricsJson } from './merge-metrics.ts';

/** What a worker and its primary ask each other. */
export interface OperationsRelay {
  /** The metrics of all processes, as text for Prometheus. */
  metrics(): Promise<string>;
  webhooks(): Promise<WebhookState[]>;
  /** Answers the primary with the metrics of this process. */
  serve(read: () => Promise<MetricsJson>): void;
}
