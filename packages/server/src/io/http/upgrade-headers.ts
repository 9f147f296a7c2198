import type { IncomingMessage } from 'node:http';

/** What to do about a reverse proxy that passes upgrades on without their headers. */
export const UPGRADE_HEADERS_MISSING: string = [
  'a reverse proxy in front of this server removes the headers of upgrades, so that no WebSocket gets through and',
  'clients use server-sent events instead. In nginx, add these lines where it passes requests on to this server:',
  '  proxy_http_version 1.1;',
  '  proxy_set_header Upgrade $http_upgrade;',
  '  proxy_set_header Connection upgrade;',
].join('\n');

/**
 * Whether a request that is no upgrade was one when its client sent it. `Upgrade` and `Connection` are hop-by-hop headers
 * (RFC 9110 §7.6.1), which a proxy drops unless it is configured otherwise; it keeps `Sec-WebSocket-Key`.
 */
export function wasUpgrade({ method, url = '', headers }: IncomingMessage): boolean {
  return (
    method === 'GET' && headers['sec-websocket-key'] !== undefined && /[?&]transport=websocket\b/.test(url)
  );
}
