import type { WebhookEventType } from './webhook-event.ts';

/** A delivery that no attempt follows. */
export interface WebhookFailed {
  /** The origin of the webhook's URL, such as `https://example.org`. The rest of the URL may be secret. */
  origin: string;
  type: WebhookEventType;
  site: string;
  attempts: number;
  /** Why the last attempt failed. */
  reason: string;
}
