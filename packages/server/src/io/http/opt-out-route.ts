import type { IncomingMessage } from 'node:http';
import { queryOf } from '@live-online/internal/http/request-path';
import { respondText } from '@live-online/internal/http/respond-text';
import type { SiteList } from '../../core/site-list.ts';
import { parseHostname, siteOf } from '../../core/site.ts';
import { readPageHeaders } from '../admission/page-headers.ts';
import type { Access } from './access/access.ts';
import { cookiePath, isEncrypted } from './access/cookies.ts';
import type { Route } from './route.ts';

const LOOPBACK = /^(?:localhost|.*\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * The route `opt-out`. A page that an opt-out link has opened sends it the token of the link, and the browser gets a cookie
 * with which it is not counted on that page's site.
 */
export function createOptOutRoute(access: Access, sites: SiteList): Route {
  return (request, response) => {
    const { origin = '*' } = request.headers;
    const headers = {
      // The answer has no content. The page waits for it before it connects.
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Credentials': 'true',
      'Cache-Control': 'no-store',
      Vary: 'Origin',
    };
    if (request.method !== 'POST') {
      return respondText(response, 405, 'only POST is answered here', { ...headers, Allow: 'POST' });
    }
    const hostname = siteOf(readPageHeaders(request));
    const site = hostname === undefined ? undefined : sites.find(hostname)?.site;
    const token = new URLSearchParams(queryOf(request)).get('token') ?? '';
    const cookie = site === undefined ? undefined : access.redeemOptOut(site, token);
    if (cookie === undefined) {
      return respondText(response, 403, 'the link has ended, or is for another site', headers);
    }
    response.writeHead(204, {
      ...headers,
      'Set-Cookie': `${cookie}; Path=${cookiePath(request, 'opt-out')}; HttpOnly; ${crossSiteAttributes(request)}`,
    });
    response.end();
  };
}

/**
 * The page may be of another site than the counter. Then browsers keep cookies apart for each site that the visitor looks
 * at (CHIPS), which is what is wanted here, and only over TLS or on this machine.
 */
function crossSiteAttributes(request: IncomingMessage): string {
  const host = parseHostname(request.headers.host ?? '') ?? '';
  const isSecure = isEncrypted(request) || LOOPBACK.test(host);
  return isSecure ? 'SameSite=None; Secure; Partitioned' : 'SameSite=Lax';
}
