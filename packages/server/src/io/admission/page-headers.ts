import type { IncomingMessage } from 'node:http';
import type { PageHeaders } from '../../core/site.ts';

/**
 * The headers that name the page of a request. A browser sends no Origin with a GET to the page's own origin, and no
 * Referer if the page forbids it. Then the page's host is that of the request, if the browser says that they are the same:
 * no script of a page can write `Sec-Fetch-Site`.
 */
export function readPageHeaders({ headers }: IncomingMessage): PageHeaders {
  const { origin, referer, host } = headers;
  return { origin, referer, host: headers['sec-fetch-site'] === 'same-origin' ? host : undefined };
}
