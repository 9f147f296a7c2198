import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { respondText } from '@live-online/internal/http/respond-text';
import { rejectUpgrade } from '@live-online/internal/reject-upgrade';
import type { PendingConnections } from './pending-connections.ts';
import { rejectTooManyRequests, respondTooManyRequests } from './too-many-handshakes.ts';

/** Node's default. A browser's handshake has 1 kB; a site's cookies and the headers of proxies may come on top. */
export const MAX_HEADER_BYTES = 16_384;
/** Apache's default. A browser's handshake has about 15, and a proxy adds a few. */
export const MAX_HEADERS = 100;
/** The widget's URLs have about 100 characters. */
const MAX_URL_LENGTH = 2_048;

/** Checks requests and upgrades before anything else does. [C11] */
export interface RequestGuard {
  /** Whether a request may go on to its route. If not, it has been answered, or its connection is closed. */
  request(request: IncomingMessage, response: ServerResponse): boolean;
  /** Whether a request for a new session may go on. If not, it has been answered. Called after `request`. */
  handshake(request: IncomingMessage, response: ServerResponse): boolean;
  /** Registers a request for Engine.IO, which holds polls until their sessions have packets. */
  poll(request: IncomingMessage, response: ServerResponse): void;
  /** Whether an upgrade may go on to the transport. */
  upgrade(request: IncomingMessage, socket: Duplex): boolean;
}

/** Why a request is rejected before anything else reads it. */
type RequestProblem = 'url-too-long' | 'headers-too-large' | 'framing-invalid';

export interface RequestGuardOptions {
  pending: PendingConnections;
  /** Counts a handshake. Returns whether it may go on. */
  admitHandshake: (request: IncomingMessage) => boolean;
  /** Called with the reason for each request that is rejected. */
  onReject: (reason: RequestProblem) => void;
}

export function createRequestGuard(options: RequestGuardOptions): RequestGuard {
  const { pending, admitHandshake, onReject } = options;

  /** Rejects a request that is too large, or whose end is not certain, by `respond`. */
  function accepts(request: IncomingMessage, respond: (status: number, text: string) => void): boolean {
    if (request.url!.length > MAX_URL_LENGTH) {
      onReject('url-too-long');
      respond(414, 'the address is too long');
      return false;
    }
    if (request.rawHeaders.length > 2 * MAX_HEADERS || headerBytes(request) > MAX_HEADER_BYTES) {
      onReject('headers-too-large');
      respond(431, 'there are too many headers');
      return false;
    }
    if (isFramingInvalid(request)) {
      onReject('framing-invalid');
      respond(400, 'HTTP/1.0 has no Transfer-Encoding');
      return false;
    }
    return true;
  }

  return {
    request: (request, response) =>
      pending.request(request, response) &&
      accepts(request, (status, text) => {
        response.setHeader('Connection', 'close');
        respondText(response, status, text);
      }),
    handshake(request, response) {
      if (admitHandshake(request)) return true;
      respondTooManyRequests(response);
      return false;
    },
    poll(request, response) {
      if (isPoll(request)) pending.hold(request, response);
    },
    upgrade(request, socket) {
      if (!pending.upgrade(socket)) return false;
      if (!accepts(request, (status, text) => rejectUpgrade(socket, status, text))) return false;
      if (hasSession(request) || admitHandshake(request)) return true;
      rejectTooManyRequests(socket);
      return false;
    },
  };
}

/**
 * Whether another program may see the end of a request elsewhere: HTTP/1.0 has no Transfer-Encoding. The connection must not
 * be used further (RFC 9112 §6.1). Node rejects all other requests of this kind.
 */
function isFramingInvalid({ httpVersion, headers }: IncomingMessage): boolean {
  return httpVersion === '1.0' && headers['transfer-encoding'] !== undefined;
}

/**
 * Whether Engine.IO treats a request as a poll, which it answers at the latest when the session ends. It may never answer
 * other requests, such as one with the id of a WebSocket's session.
 */
function isPoll({ method, url }: IncomingMessage): boolean {
  if (method !== 'GET') return false;
  const transports = new URL(url!, 'http://localhost').searchParams.getAll('transport');
  return transports.length === 1 && transports[0] === 'polling';
}

/**
 * Whether a request names the session that it belongs to, as Engine.IO reads it: of several parameters the last one counts.
 * Only the text of a name that is not escaped is looked for: a session that is missed costs its client one token.
 */
export function hasSession({ url }: IncomingMessage): boolean {
  if (!url!.includes('sid=')) return false;
  return !!new URL(url!, 'http://localhost').searchParams.getAll('sid').at(-1);
}

/** On an own port Node checks the size itself; a host's server may allow more. */
function headerBytes({ url, rawHeaders }: IncomingMessage): number {
  return rawHeaders.reduce((sum, { length }) => sum + length, url!.length);
}
