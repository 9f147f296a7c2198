import * as v from 'valibot';
import { EVENT_TYPES, type WebhookEvent } from './webhook-event.ts';

/** What the servers that share a store send to each other about webhooks. */
export type Announcement =
  | { readonly kind: 'event'; readonly id: string; readonly event: WebhookEvent }
  /** The event needs no server any more. */
  | { readonly kind: 'settled'; readonly id: string };

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const id = v.pipe(v.string(), v.regex(/^msg_[\da-f]{32}$/));
const schema = v.variant('kind', [
  v.object({
    kind: v.literal('event'),
    id,
    event: v.object({
      type: v.picklist(EVENT_TYPES),
      site: v.pipe(v.string(), v.nonEmpty(), v.maxLength(400)),
      // What a Date can have.
      at: v.pipe(count, v.maxValue(8.64e15)),
      people: count,
      threshold: v.exactOptional(count),
      direction: v.exactOptional(v.picklist(['above', 'below'])),
    }),
  }),
  v.object({ kind: v.literal('settled'), id }),
]);

export function encodeAnnouncement(announcement: Announcement): string {
  return JSON.stringify(announcement);
}

/** @returns `undefined` for a text in another format: it is outside input. */
export function parseAnnouncement(text: string): Announcement | undefined {
  try {
    const result = v.safeParse(schema, JSON.parse(text));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}
