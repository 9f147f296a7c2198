import type { TotalDetails } from '@live-online/protocol';
import type { TotalUpdate } from '../core/ports.ts';
import { encodeTextFrames } from './web-socket-frames.ts';

/** An update, encoded once for all connections of its site. */
export interface EncodedUpdate {
  /** A Socket.IO event, as Engine.IO takes it. */
  packet: string;
  /** The same as a WebSocket frame with an Engine.IO message. */
  frame: Buffer;
}

const encodings = new WeakMap<TotalUpdate, EncodedUpdate>();

export function encodeUpdate(update: TotalUpdate): EncodedUpdate {
  let encoded = encodings.get(update);
  if (!encoded) {
    const packet = `2${JSON.stringify(['total', ...argumentsOf(update)])}`;
    encodings.set(update, (encoded = { packet, frame: encodeTextFrames(`4${packet}`) }));
  }
  return encoded;
}

/** The arguments of the event `total`, without details that have nothing to add. */
export function argumentsOf({
  total,
  stale,
  resumeToken,
}: TotalUpdate): [total: number, details?: TotalDetails] {
  if (!stale && resumeToken === undefined) return [total];
  return [total, { ...(stale && { stale }), ...(resumeToken !== undefined && { resume: resumeToken }) }];
}
