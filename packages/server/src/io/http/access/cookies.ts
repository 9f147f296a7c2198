import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { pathOf } from '@live-online/internal/http/request-path';

/** The value of a cookie that a request has sent. */
export function readCookie({ headers }: IncomingMessage, name: string): string | undefined {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const [sent, value] = pair.trim().split('=', 2);
    if (sent === name) return value;
  }
  return undefined;
}

/**
 * Whether the request came by TLS, here or at a reverse proxy. The header decides on this client's own cookies only, so it
 * needs no trusted proxy.
 */
export function isEncrypted(request: IncomingMessage): boolean {
  const { encrypted } = request.socket as TLSSocket;
  return encrypted || /^https\b/i.test(String(request.headers['x-forwarded-proto'] ?? ''));
}

/**
 * The path of the counter in the address that this server sees, for cookies. A reverse proxy that removes a prefix shows it
 * `/`, which covers the path in the browser, too.
 *
 * @param route what follows the path of the counter in the address of `request`.
 */
export function cookiePath(request: IncomingMessage, route: string): string {
  const path = pathOf(request);
  return path.slice(0, path.lastIndexOf(route)).replace(/[^\w./~-].*$/, '') || '/';
}
