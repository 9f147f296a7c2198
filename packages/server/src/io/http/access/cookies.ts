import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { pathOf } from '@live-online/internal/http/request-path';

/**
 * The values of the cookies with this name that a request has sent. Another site of the same domain can set one of the same
 * name, and with a longer path it comes first (RFC 6265 §5.4).
 */
export function readCookies({ headers }: IncomingMessage, name: string): string[] {
  return (headers.cookie ?? '').split(';').flatMap((pair) => {
    const [sent, value = ''] = pair.trim().split('=', 2);
    return sent === name ? [value] : [];
  });
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
