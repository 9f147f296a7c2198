import type { RejectionCode } from '@live-online/protocol';
import type { TotalUpdate } from '../../core/ports.ts';
import { argumentsOf } from '../encode-update.ts';

/** What a client needs to know of its stream. Times are in ms. */
export interface OpenEvent {
  sid: string;
  pingInterval: number;
  pingTimeout: number;
}

const REJECTED_RETRY_MS = 3_600_000;

/** The first event of a stream. `retryMs` is how long the browser waits before it opens the stream again. */
export function encodeOpen(open: OpenEvent, retryMs: number): string {
  return `retry: ${Math.round(retryMs)}\nevent: open\ndata: ${JSON.stringify(open)}\n\n`;
}

/** The only event of a stream that is rejected. A client that does not know it retries late. */
export function encodeRejection(code: RejectionCode): string {
  return `retry: ${REJECTED_RETRY_MS}\nevent: rejection\ndata: ${JSON.stringify({ code })}\n\n`;
}

/** Browsers ignore an event without data. */
export const PING_EVENT = 'event: ping\ndata: 1\n\n';

const encodings = new WeakMap<TotalUpdate, Buffer>();

/** A total as an unnamed event. It is encoded once for all streams of a site. */
export function encodeTotal(update: TotalUpdate): Buffer {
  let encoded = encodings.get(update);
  if (!encoded) {
    const data = JSON.stringify(argumentsOf(update));
    // A browser that opens the stream again by itself sends the id, but no new query.
    const id = update.resumeToken === undefined ? '' : `id: ${update.resumeToken}\n`;
    encodings.set(update, (encoded = Buffer.from(`${id}data: ${data}\n\n`)));
  }
  return encoded;
}
