import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { attachCounter, type CounterServerOptions } from '../../src/index.ts';
import { startCounter } from '../helpers/counter.ts';
import { inEachEngine, type StartCounter } from '../helpers/engines.ts';
import { createFakeStore } from '../helpers/fake-store.ts';
import { openPage } from '../helpers/page.ts';
import { openRawClient } from '../helpers/raw-client.ts';

const SITE = 'a.example';
const origin = `https://${SITE}`;
const member = (name: string): { member: string } => ({ member: `member-${name}` });

async function startOneOfMany(options: CounterServerOptions = {}, start: StartCounter = startCounter) {
  const store = createFakeStore('this-server');
  store.setPeers(1);
  return { store, ...(await start({ store, drainDurationMs: 50, readinessGraceMs: 0, ...options })) };
}

describe('draining', () => {
  it('[S7] is close() without other servers, and without members', async () => {
    const alone = await startCounter();
    const page = openPage(alone.url, { origin, auth: member('left-alone') });
    await page.receives(1);
    await alone.counter.drain();
    await page.closed();
    const empty = await startOneOfMany({ readinessGraceMs: 5_000 });
    await empty.counter.drain();
    await expect(empty.counter.listen()).rejects.toMatchObject({ code: 'closed' });
  });

  it('[S7] is first not ready, and serves until load balancers have noticed', async () => {
    const { counter, url } = await startOneOfMany({ readinessGraceMs: 5_000 });
    await openPage(url, { origin }).receives(1);
    const drained = counter.drain();
    expect(counter.drain()).toBe(drained);
    expect((await fetch(`${url}readyz`)).status).toBe(503);
    await openPage(url, { origin }).receives(2);
    await counter.close();
    await drained;
  });

  it('[S7] a member past its reconnect deadline does not count', async () => {
    const { store, counter, url } = await startOneOfMany();
    const page = openPage(url, { origin, auth: member('lost') });
    await page.receives(1);
    const startedAt = performance.now();
    await counter.drain();
    expect(performance.now() - startedAt).toBeGreaterThan(4_900);
    expect(performance.now() - startedAt).toBeLessThan(8_000);
    expect(store.calls.at(-1)).toEqual(['report', SITE, 0]);
  });

  it('[S7] close() ends a drain at once', async () => {
    const { store, counter, url } = await startOneOfMany({ readinessGraceMs: 5_000 });
    await openPage(url, { origin, auth: member('hurried') }).receives(1);
    const drained = counter.drain();
    await counter.close();
    await drained;
    expect(store.calls.at(-1)).toEqual(['report', SITE, 0]);
  });

  it('[S7] a host’s connections stay with the host', async () => {
    const store = createFakeStore('this-server');
    store.setPeers(1);
    const httpServer = createServer();
    const io = new Server(httpServer);
    const counter = attachCounter(io, { store, drainDurationMs: 50, readinessGraceMs: 0 });
    httpServer.listen(0, '127.0.0.1');
    await once(httpServer, 'listening');
    onTestFinished(() => io.close());
    const base = `http://127.0.0.1:${(httpServer.address() as AddressInfo).port}`;
    const host = openPage(base);
    await vi.waitFor(() => expect(host.socket.connected).toBe(true));
    const page = openPage(`${base}/live-online`, { origin, auth: member('hosted') });
    await page.receives(1);
    const drained = counter.drain();
    await page.closed();
    expect(counter.total(SITE)).toBe(1);
    expect((await openPage(`${base}/live-online`, { origin }).rejection()).data).toBeUndefined();
    store.listener.claimed(SITE, member('hosted').member, 2);
    await drained;
    expect(host.socket.connected).toBe(true);
  });
});

inEachEngine('draining', (start) => {
  it('[S7] a migrated page counts until another server claims it, and the drain ends when no member is awaited', async () => {
    const { store, counter, url } = await startOneOfMany({}, start);
    const page = openPage(url, { origin, auth: member('moving') });
    const mute = await openRawClient(url, { origin });
    await page.receives(2);
    let isOver = false;
    const drained = counter.drain().then(() => (isOver = true));
    // A stock client comes back after such an end.
    expect(await page.closed()).toBe('transport close');
    await mute.closed();
    await expect(fetch(`${url}readyz`), 'the port is closed').rejects.toThrow();
    // Other servers cannot recognize a member without an id.
    expect(counter.total(SITE)).toBe(1);
    expect(isOver).toBe(false);
    store.listener.claimed(SITE, member('moving').member, 2);
    expect(counter.total(SITE)).toBe(0);
    await drained;
    expect(page.totals).toEqual([1, 2]);
  });
});
