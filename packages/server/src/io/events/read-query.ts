import type { IncomingMessage } from 'node:http';
import { queryOf } from '@live-online/internal/http/request-path';

/** The longest id of a stream. */
const MAX_SID_LENGTH = 64;

/**
 * The handshake in the query of a request for a stream, as a client sends it as `auth` of a CONNECT. A browser that opens a
 * stream again by itself sends the newest resume token in a header.
 */
export function readHandshake(request: IncomingMessage): Record<string, unknown> {
  const query = new URLSearchParams(queryOf(request));
  return {
    v: readInteger(query.get('join')),
    member: query.get('member') ?? undefined,
    resume: request.headers['last-event-id'] ?? query.get('resume') ?? undefined,
    token: query.get('token') ?? undefined,
    page: query.get('page') ?? undefined,
    tabs: readInteger(query.get('tabs')),
  };
}

/** The number that a parameter has. What is no number stays a text: the guard rejects it. */
function readInteger(text: string | null): number | string | undefined {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : (text ?? undefined);
}

/** The stream that an answer is for. */
export function readSid(request: IncomingMessage): string | undefined {
  const sid = new URLSearchParams(queryOf(request)).get('sid');
  return sid !== null && sid.length <= MAX_SID_LENGTH ? sid : undefined;
}
