import type { Rejection } from '@live-online/protocol';
import type { TotalUpdate } from '../../core/ports.ts';
import { encodeUpdate } from '../encode-update.ts';

/** What a client needs to know of its stream. Times are in ms. */
export interface OpenPacket {
  sid: string;
  pingInterval: number;
  pingTimeout: number;
}

const REJECTED_RETRY_MS = 3_600_000;

/** An event is a packet as the socket has it, so that a client needs one parser. */
const encodeEvent = (packet: string): string => `data: ${packet}\n\n`;

/** The first event of a stream. `retryMs` is how long the browser waits before it opens the stream again. */
export function encodeOpen(open: OpenPacket, retryMs: number): string {
  return `retry: ${Math.round(retryMs)}\n${encodeEvent(`0${JSON.stringify({ ...open, joined: true })}`)}`;
}

/** The only event of a stream that is rejected. A client that does not know it retries late. */
export function encodeRejection(message: string, data: Rejection): string {
  return `retry: ${REJECTED_RETRY_MS}\n${encodeEvent(`44${JSON.stringify({ message, data })}`)}`;
}

export const PING_EVENT: string = encodeEvent('2');

const encodings = new WeakMap<TotalUpdate, Buffer>();

/** A total. It is encoded once for all streams of a site. */
export function encodeTotal(update: TotalUpdate): Buffer {
  let encoded = encodings.get(update);
  if (!encoded) {
    // A browser that opens the stream again by itself sends the id, but no new query.
    const id = update.resumeToken === undefined ? '' : `id: ${update.resumeToken}\n`;
    encodings.set(update, (encoded = Buffer.from(id + encodeEvent(`4${encodeUpdate(update).packet}`))));
  }
  return encoded;
}
