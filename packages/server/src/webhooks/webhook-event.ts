export const EVENT_TYPES = ['site.occupied', 'site.vacated', 'site.peak', 'site.threshold'] as const;

export type WebhookEventType = (typeof EVENT_TYPES)[number];

/** Something that happened to a site. */
export interface WebhookEvent {
  readonly type: WebhookEventType;
  readonly site: string;
  /** The time of day, in ms since 1970. */
  readonly at: number;
  /** The site's total then. */
  readonly people: number;
  /** With `site.threshold`: which one, and on which side of it the total is now. */
  readonly threshold?: number;
  readonly direction?: 'above' | 'below';
}

/** The JSON that is sent, in the form of Standard Webhooks. */
export function encodePayload({ type, site, at, people, threshold, direction }: WebhookEvent): string {
  const data = { site, people, ...(threshold !== undefined && { threshold, direction }) };
  return JSON.stringify({ type, timestamp: new Date(at).toISOString(), data });
}
