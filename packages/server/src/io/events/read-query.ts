import type { IncomingMessage } from 'node:http';
import { withoutAuthority } from '@live-online/internal/http/request-path';

/** The longest id of a stream. */
const MAX_SID_LENGTH = 64;

/** The handshake in the query of a request for a stream, as a client sends it as `auth` of a CONNECT. */
export function readHandshake(request: IncomingMessage): Record<string, unknown> {
  const query = queryOf(request);
  const version = query.get('join');
  const auth = {
    // What is no number is no version either: the guard rejects it.
    v: version !== null && /^\d{1,9}$/.test(version) ? Number(version) : (version ?? undefined),
    member: query.get('member') ?? undefined,
    resume: query.get('resume') ?? undefined,
    token: query.get('token') ?? undefined,
  };
  return auth;
}

/** The stream that an answer is for. */
export function readSid(request: IncomingMessage): string | undefined {
  const sid = queryOf(request).get('sid');
  return sid !== null && sid.length <= MAX_SID_LENGTH ? sid : undefined;
}

function queryOf({ url = '' }: IncomingMessage): URLSearchParams {
  const target = withoutAuthority(url);
  const start = target.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : target.slice(start).split('#', 1)[0]);
}
