import type { Delivery } from './delivery-queue.ts';
import type { WebhookEventType } from './webhook-event.ts';

/** The state of one webhook, for operators. */
export interface WebhookState {
  url: string;
  waiting: number;
  /** The newest first. */
  deliveries: {
    id: string;
    type: WebhookEventType;
    site: string;
    /** ISO 8601 */
    at: string;
    status: Delivery['status'];
    attempts: number;
    lastError: string | null;
  }[];
}
