import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { Server } from 'socket.io';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAdmission, type Admission } from '../../src/core/admission.ts';
import { Counter } from '../../src/core/counter.ts';
import { createSiteList, type SiteList } from '../../src/core/site-list.ts';
import { createStats } from '../../src/core/stats.ts';
import { createResolvedServer } from '../../src/create-counter-server.ts';
import { createSiteToken } from '../../src/index.ts';
import { checkHandshake, createHandshakeGuard } from '../../src/io/admission/handshake-guard.ts';
import { serveNamespace, type CounterNamespace } from '../../src/io/namespace.ts';
import { EmitConnection } from '../../src/io/socket-connections.ts';
import { resolveServerOptions } from '../../src/options/resolve-options.ts';
import { openPage } from '../helpers/page.ts';

const limits = resolveServerOptions({}).limits;
const listAll = createSiteList(undefined, () => {});
const A = 'https://a.example';

function createGuard(
  sites: SiteList = listAll,
  admission: Admission = createAdmission(limits),
  timeOfDay = Date.now,
) {
  const stats = createStats();
  const reached: string[] = [];
  const guard = createHandshakeGuard({
    sites,
    admission,
    stats,
    trustsProxy: undefined,
    countLoopback: false,
    countBots: false,
    timeOfDay,
    onLimit: (limit) => reached.push(limit),
  });
  return { guard, stats, reached };
}

/** A request that counts how often its Origin is read. */
function createRequest(origin: string) {
  let reads = 0;
  const headers = {
    get origin() {
      reads++;
      return origin;
    },
  };
  const socket = { remoteAddress: '192.0.2.1' } as Socket;
  return { request: { headers, socket } as unknown as IncomingMessage, reads: () => reads };
}

/** A site list that counts the sites it is asked for: one for each Origin that is read. */
function countLookups() {
  let lookups = 0;
  const sites: SiteList = {
    find(hostname) {
      lookups++;
      return listAll.find(hostname);
    },
  };
  return { sites, lookups: () => lookups };
}

describe('handshake guard', () => {
  it('[C1] reads the Origin of a handshake once', () => {
    const { guard } = createGuard();
    const { request, reads } = createRequest(A);
    for (let call = 0; call < 3; call++) {
      const ticket = guard.ticketOf(request);
      expect(guard.reserve(ticket)).toBeDefined();
      expect(guard.authenticate(ticket, {})).toMatchObject({ ok: true, site: 'a.example' });
    }
    expect(reads()).toBe(1);
  });

  it('[C1] reads an Origin once from handshake to total, on an own port', async () => {
    const { sites, lookups } = countLookups();
    const resolved = resolveServerOptions({ host: '127.0.0.1', port: 0 });
    const counter = createResolvedServer({ ...resolved, sites });
    onTestFinished(() => counter.close());
    const { url } = await counter.listen();
    await openPage(url, { origin: A }).receives(1);
    expect(lookups()).toBe(1);
  });

  it('[C1] reads an Origin once from handshake to total, on a host’s Socket.IO server', async () => {
    const { sites, lookups } = countLookups();
    const httpServer = createServer();
    const io = new Server(httpServer);
    const { guard, stats } = createGuard(sites);
    const { store, minUpdateIntervalMs, decreaseDelayMs, maxBroadcastCpu } = resolveServerOptions({});
    const counter = new Counter({
      clock: { now: () => performance.now(), schedule: () => () => {} },
      store,
      observer: { published() {}, stale() {} },
      minUpdateIntervalMs,
      decreaseDelayMs,
      maxBroadcastCpu,
      random: () => 0.5,
    });
    serveNamespace(io.of('/live-online') as CounterNamespace, {
      counter,
      handshakeGuard: guard,
      stats,
      createConnection: (socket) => new EmitConnection(socket, stats),
      isHosted: true,
    });
    httpServer.listen(0, '127.0.0.1');
    await once(httpServer, 'listening');
    onTestFinished(() => io.close());
    const { port } = httpServer.address() as AddressInfo;
    await openPage(`http://127.0.0.1:${port}/live-online`, { origin: A }).receives(1);
    expect(lookups()).toBe(1);
  });

  it('[C1] rejects an Origin that no browser would send, and counts it', () => {
    const { guard, stats } = createGuard();
    expect(guard.reserve(guard.ticketOf(createRequest('invalid').request))).toBeUndefined();
    expect(stats.rejected).toEqual({ 'origin-invalid': 1 });
  });

  it('[C11] counts a limit, also one that another process has found, and one that it did not decide in time', async () => {
    for (const limit of ['maxSites', undefined] as const) {
      for (const isRemote of [false, true]) {
        const decided = { ok: false, limit } as const;
        const admission: Admission = {
          admit: () => (isRemote ? { ok: true, release() {}, decision: Promise.resolve(decided) } : decided),
        };
        const { guard, stats, reached } = createGuard(listAll, admission);
        const reservation = guard.reserve(guard.ticketOf(createRequest(A).request));
        expect((await reservation?.granted) ?? false).toBe(false);
        expect(stats.rejected).toEqual({ [limit ?? 'no-answer']: 1 });
        expect(reached).toEqual(limit === undefined ? [] : [limit]);
      }
    }
  });

  it('[P25] [SEC26] one clock decides whether a token has expired, and only a CONNECT counts a rejection', () => {
    let now = Date.now();
    const site = { name: 'a.example', tokenSecret: 'a secret of a site' };
    const sites = createSiteList([site], () => {});
    const { guard, stats } = createGuard(sites, createAdmission(limits), () => now);
    const token = createSiteToken({ site: site.name, secret: site.tokenSecret });
    const ticket = guard.ticketOf(createRequest(A).request);
    expect(guard.check(ticket, { token })).toMatchObject({ ok: true });
    now += 3_700_000;
    expect(guard.check(ticket, { token })).toMatchObject({ code: 'token-expired' });
    expect(stats.rejected).toEqual({});
    expect(guard.authenticate(ticket, { token })).toMatchObject({ code: 'token-expired' });
    expect(stats.rejected).toEqual({ 'token-expired': 1 });
  });

  it('[C11] names the first reason to reject a CONNECT', () => {
    const listed = { site: 'a.example', token: 'secret', tokenSecret: undefined, isNamed: true };
    const codeOf = (site: Parameters<typeof checkHandshake>[0], auth: object): unknown => {
      const result = checkHandshake(site, auth, 0);
      return result.ok ? result.site : result.code;
    };
    expect(codeOf(listed, { token: 'secret' })).toBe('a.example');
    expect(codeOf(listed, { token: 'guess' })).toBe('token-wrong');
    expect(codeOf(listed, {})).toBe('token-wrong');
    expect(codeOf(undefined, { token: 'secret' })).toBe('site-not-listed');
    expect(codeOf(undefined, { member: 5 })).toBe('handshake-invalid');
  });
});
