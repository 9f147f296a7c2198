import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createSiteList } from '../../src/core/site-list.ts';
import { createDashboard } from '../../src/dashboard/create-dashboard.ts';
import { Access } from '../../src/io/http/access/access.ts';
import { createLoginLink } from '../../src/io/http/access/login-code.ts';

export const ADMIN_TOKEN = 'a-token-of-20-letters';

/** The dashboard of a server below `/live/`, with clocks of the test, and clients with addresses of the test. */
export async function serveDashboard() {
  let now = 0;
  const access = new Access({
    adminToken: ADMIN_TOKEN,
    publicSites: createSiteList([], () => {}),
    hasPublicSites: false,
    timeOfDay: () => Date.now() + now,
  });
  const addressOf = ({ headers }: IncomingMessage): string | undefined => headers['x-test-address'] as string;
  const { exact, prefixes } = createDashboard({ access, addressOf, now: () => now });
  const server = createServer((request, response) => {
    const path = new URL(request.url!, 'http://localhost').pathname.slice('/live/'.length);
    if (path === 'dashboard') return exact!['dashboard']!(request, response);
    prefixes!['dashboard/']!(request, response, path.slice('dashboard/'.length));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/live/`;
  const send = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(new URL(`dashboard/${path}`, url), { redirect: 'manual', ...init });
  return {
    url,
    send,
    link: () => createLoginLink(url, ADMIN_TOKEN),
    advance: (ms: number) => (now += ms),
    /** Sends the form, as a page of the server does. */
    signIn: (token: string, headers: Record<string, string> = {}) =>
      send('login', {
        method: 'POST',
        body: new URLSearchParams({ token }),
        headers: { 'Sec-Fetch-Site': 'same-origin', ...headers },
      }),
  };
}

/** The cookie of a response, as a client sends it back. */
export function cookieOf(response: Response): string {
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}
