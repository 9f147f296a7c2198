import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSiteList } from '../../src/core/site-list.ts';
import { Access, COOKIE_NAME } from '../../src/io/http/access/access.ts';
import { ApiRouter } from '../../src/io/http/api/api-router.ts';
import { startApi } from '../helpers/api.ts';

/** An API with one route for the admin, whose clients have one address, and whose clock only the test advances. */
async function serveApi() {
  const sites = createSiteList(undefined, () => {});
  let now = 0;
  const access = new Access({
    adminToken: 'a-token-of-20-letters',
    publicSites: sites,
    hasPublicSites: false,
    timeOfDay: () => 0,
  });
  const router = new ApiRouter({
    routes: [{ method: 'GET', path: 'x', access: 'admin', handle: ({ response }) => void response.end() }],
    access,
    sites,
    addressOf: () => '192.0.2.1',
    now: () => now,
  });
  const server = createServer((request, response) => router.handle(request, response, 'x'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const send = (headers: Record<string, string>): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}/`, { headers });
  return {
    guess: () => send({ authorization: 'Bearer a-token-of-another' }),
    /** Sends a request with the session of the admin. */
    sendSession: (headers: Record<string, string>) =>
      send({ cookie: `${COOKIE_NAME}=${access.createSession()}`, ...headers }),
    advance: (ms: number) => (now += ms),
  };
}

describe('the limits of requests', () => {
  it('[A7] [SEC47] each costs 20 requests, also when the address has fewer left', async () => {
    const { guess, advance } = await serveApi();
    const statuses: number[] = [];
    // A client that tries as soon as it may, for 20 s.
    for (let times = 0; times < 200; times++) {
      const { status, headers } = await guess();
      statuses.push(status);
      expect(headers.get('retry-after')).toEqual(status === 429 ? expect.stringMatching(/^[123]$/) : null);
      advance(100);
    }
    // 120 at once, and 10 a second; each takes 21.
    expect(statuses.filter((status) => status === 403)).toHaveLength(Math.ceil((120 + 200) / 21));
  });

  it('[A7] [SEC47] pages of a sibling domain cannot use up the requests of the session that they send', async () => {
    const { sendSession } = await serveApi();
    const statuses = new Map<number, number>();
    for (let times = 0; times < 130; times++) {
      const { status } = await sendSession({ 'sec-fetch-site': 'same-site' });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect(Object.fromEntries(statuses)).toEqual({ 200: 120, 429: 10 });
    for (const site of ['same-origin', 'none']) {
      expect((await sendSession({ 'sec-fetch-site': site })).status).toBe(200);
    }
  });

  it('[A2] [A7] cookies of others are no token: the answer is 401, and costs one request', async () => {
    const { get } = await startApi({ maxPerAddress: 100 });
    for (let times = 0; times < 20; times++) {
      const answer = await get('sites/a.example', {
        headers: { cookie: 'theme=dark; live_online_sessions=1.x' },
      });
      expect(answer.status).toBe(401);
      await answer.text();
    }
    const answer = await get('sites/a.example', {
      headers: { cookie: 'theme=dark; live_online_session=1.x' },
    });
    expect(answer.status).toBe(403);
  });
});
