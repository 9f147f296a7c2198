import type { TotalDetails } from '@live-online/protocol';
import type { TotalUpdate } from '../core/ports.ts';
import { isSiteKey } from '../core/site-keys.ts';
import { encodeTextFrames } from './web-socket-frames.ts';

/** An update, encoded for all connections of its site. */
export interface EncodedUpdate {
  /** A Socket.IO event, as Engine.IO takes it. */
  packet: string;
  /** The same as a WebSocket frame with an Engine.IO message. */
  frame: Buffer;
}

/**
 * The update that was encoded last. A broadcast sends one update many times in a row; a map would keep the first totals
 * of all connections for the garbage collector.
 */
let last: { update: TotalUpdate; encoded: EncodedUpdate } | undefined;

export function encodeUpdate(update: TotalUpdate): EncodedUpdate {
  if (last?.update === update) return last.encoded;
  const packet = encodePacket(update);
  const encoded = { packet, frame: encodeTextFrames(`4${packet}`) };
  last = { update, encoded };
  return encoded;
}

/** The packet alone, for an update that one connection receives. */
export function encodePacket(update: TotalUpdate): string {
  return `2${JSON.stringify([eventOf(update), ...argumentsOf(update)])}`;
}

/** The event that an update is. */
export function eventOf({ site }: TotalUpdate): 'total' | 'page' {
  return isSiteKey(site) ? 'total' : 'page';
}

/** The arguments of the event, without details that have nothing to add. */
export function argumentsOf({
  total,
  stale,
  resumeToken,
}: TotalUpdate): [total: number, details?: TotalDetails] {
  if (!stale && resumeToken === undefined) return [total];
  return [total, { ...(stale && { stale }), ...(resumeToken !== undefined && { resume: resumeToken }) }];
}
