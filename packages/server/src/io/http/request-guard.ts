import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { respondText } from '@live-online/internal/http/respond-text';
import { rejectUpgrade } from '@live-online/internal/reject-upgrade';
import type { PendingConnections } from './pending-connections.ts';

/** Node's own default, with room for the cookies of a site and for what proxies add. A browser's handshake has 1 kB. */
export const MAX_HEADER_BYTES = 16_384;
/** As Apache has it by default. A browser's handshake has about 15, and a proxy adds a few. */
export const MAX_HEADERS = 100;
/** Our own have about 100. */
export const MAX_URL_LENGTH = 2_048;

/** What is checked of a request or an upgrade before anything else is. [C11] */
export interface RequestGuard {
  /** Whether a request goes on to its route. If not, it has its answer, or its connection is closed. */
  request(request: IncomingMessage, response: ServerResponse): boolean;
  /** Takes note of a request that goes on to Engine.IO, which keeps polls until there is news of their sessions. */
  poll(request: IncomingMessage, response: ServerResponse): void;
  /** Whether an upgrade goes on to the transport. */
  upgrade(request: IncomingMessage, socket: Duplex): boolean;
}

/** @param onReject called with the reason for each request that is rejected. */
export function createRequestGuard(
  pending: PendingConnections,
  onReject: (reason: 'url-too-long' | 'headers-too-large') => void,
): RequestGuard {
  /** Rejects a request that is too large, by `answer`. */
  function accepts(request: IncomingMessage, answer: (status: number, text: string) => void): boolean {
    if (request.url!.length > MAX_URL_LENGTH) {
      onReject('url-too-long');
      answer(414, 'the address is too long');
      return false;
    }
    if (request.rawHeaders.length > 2 * MAX_HEADERS || headerBytes(request) > MAX_HEADER_BYTES) {
      onReject('headers-too-large');
      answer(431, 'there are too many headers');
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
    poll(request, response) {
      if (isPoll(request)) pending.hold(request, response);
    },
    upgrade: (request, socket) =>
      pending.upgrade(socket) && accepts(request, (status, text) => rejectUpgrade(socket, status, text)),
  };
}

/**
 * Whether Engine.IO reads a request as a poll, which waits for news of its session, and is answered at the latest when
 * that ends. Others it may leave without an answer, such as one that names a WebSocket's session.
 */
function isPoll({ method, url }: IncomingMessage): boolean {
  if (method !== 'GET') return false;
  const transports = new URL(url!, 'http://localhost').searchParams.getAll('transport');
  return transports.length === 1 && transports[0] === 'polling';
}

/** On a port of our own Node checks the size itself; a host's server may allow more. */
function headerBytes({ url, rawHeaders }: IncomingMessage): number {
  return rawHeaders.reduce((sum, { length }) => sum + length, url!.length);
}
