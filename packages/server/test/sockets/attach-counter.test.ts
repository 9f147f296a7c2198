import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import type { Socket } from 'socket.io-client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { attachCounter, type AttachedCounterOptions } from '../../src/index.ts';
import { openPage } from '../helpers/page.ts';

async function startHost(options: AttachedCounterOptions = {}) {
  const httpServer = createServer();
  const io = new Server(httpServer);
  const counter = attachCounter(io, options);
  httpServer.listen(0, '127.0.0.1');
  await once(httpServer, 'listening');
  onTestFinished(async () => {
    await counter.close();
    await io.close();
  });
  const base = `http://127.0.0.1:${(httpServer.address() as AddressInfo).port}`;
  return { io, counter, base, url: `${base}/live-online` };
}

const A = 'https://a.example';

describe('on an existing Socket.IO server', () => {
  it('[C10] counts in a namespace of its own, by the host’s transports', async () => {
    const { counter, url } = await startHost();
    const socket = openPage(url, { origin: A });
    const polling = openPage(url, { origin: A, transports: ['polling'] });
    await Promise.all([socket.receives(2), polling.receives(2)]);
    polling.leave();
    await vi.waitFor(() => expect(counter.total('a.example')).toBe(1));
    await socket.receives(1);
  });

  it('[C10] leaves the host’s namespaces and events alone', async () => {
    const { io, counter, base } = await startHost();
    io.on('connection', (socket) => socket.on('hello', (answer: (text: string) => void) => answer('hi')));
    const page = openPage(base);
    const untyped = page.socket as unknown as Socket;
    const greeting: unknown = await untyped.timeout(5_000).emitWithAck('hello');
    expect(greeting).toBe('hi');
    expect(page.totals).toEqual([]);
    expect(counter.totals().size).toBe(0);
  });

  it('[C11] ignores and counts events of clients', async () => {
    const { counter, url } = await startHost();
    const page = openPage(url, { origin: A });
    await page.receives(1);
    const untyped = page.socket as unknown as Socket;
    untyped.emit('error');
    untyped.emit('total', 9);
    await vi.waitFor(() => expect(counter.stats().ignoredEvents).toBe(2));
    expect(page.socket.connected).toBe(true);
  });

  it('[C11] rejects at CONNECT, also past a limit', async () => {
    const { url } = await startHost({ maxPerSite: 1, sites: ['a.example'] });
    await openPage(url, { origin: A }).receives(1);
    expect((await openPage(url, { origin: A }).rejection()).data).toEqual({ code: 'full' });
    expect((await openPage(url, { origin: 'https://b.example' }).rejection()).data).toEqual({
      code: 'site-not-listed',
    });
  });

  it('[C7] replaces a member’s older connection', async () => {
    const { counter, url } = await startHost();
    const auth = { member: 'member-0000-0001' };
    const older = openPage(url, { origin: A, auth });
    await older.receives(1);
    await openPage(url, { origin: A, auth }).receives(1);
    await older.closed();
    expect(counter.total('a.example')).toBe(1);
  });

  it('[C10] a replaced member keeps the host’s own sockets', async () => {
    const { counter, io, base } = await startHost();
    io.on('connection', () => {});
    const auth = { member: 'member-0000-0001' };
    const host = openPage(base);
    await vi.waitFor(() => expect(host.socket.connected).toBe(true));
    const older = host.socket.io.socket('/live-online', { auth });
    older.connect();
    await vi.waitFor(() => expect(counter.total('local')).toBe(1));
    await openPage(`${base}/live-online`, { auth }).receives(1);
    await vi.waitFor(() => expect(older.connected).toBe(false));
    expect(host.socket.connected).toBe(true);
    expect(io.of('/').sockets.size).toBe(1);
  });

  it('[C11] a page that joins and leaves on one connection reserves one place', async () => {
    const { counter, base } = await startHost({ maxPerAddress: 2 });
    const host = openPage(base);
    const socket = host.socket.io.socket('/live-online', {});
    for (let time = 0; time < 10; time++) {
      socket.connect();
      await vi.waitFor(() => expect(counter.total('local')).toBe(1));
      // A client that has no CONNECT answer yet sends no packet when it disconnects.
      await vi.waitFor(() => expect(socket.connected).toBe(true));
      socket.disconnect();
      await vi.waitFor(() => expect(counter.total('local')).toBe(0));
    }
    await openPage(`${base}/live-online`).receives(1);
    expect(counter.stats().rejected).toEqual({});
  });

  it('[C9] a listener of the host that throws does not keep updates from others', async () => {
    const { counter, io, url } = await startHost({ minUpdateIntervalMs: 20 });
    const pages = [openPage(url, { origin: A }), openPage(url, { origin: A })];
    await Promise.all(pages.map((page) => page.receives(2)));
    // The test runner's own listeners would call it a failure.
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const thrown = once(process, 'uncaughtException');
    let armed = true;
    for (const socket of io.of('/live-online').sockets.values()) {
      socket.onAnyOutgoing(() => {
        if (!armed) return;
        armed = false;
        throw new Error('the host’s own mistake');
      });
    }
    const third = openPage(url, { origin: A });
    await thrown;
    for (const listener of listeners) process.on('uncaughtException', listener);
    await third.receives(3);
    const fourth = openPage(url, { origin: A });
    await Promise.all([...pages, third, fourth].map((page) => page.receives(4)));
    expect(counter.total('a.example')).toBe(4);
  });

  it('[C10] after close new connections are rejected without a code, and another counter may follow', async () => {
    const { io, counter, url } = await startHost();
    expect(() => attachCounter(io)).toThrow(/has a counter already/);
    await counter.close();
    const rejection = await openPage(url, { origin: A }).rejection();
    expect(rejection.data).toBeUndefined();
    const next = attachCounter(io);
    onTestFinished(() => next.close());
    await openPage(url, { origin: A }).receives(1);
    expect(next.total('a.example')).toBe(1);
  });

  it('[C10] names all mistakes together', () => {
    const options = { namespace: '/', minUpdateIntervalMs: 1, colour: 'blue' };
    expect(() => attachCounter(new Server(), options)).toThrow(
      /namespace must.*; colour is an unknown option|minUpdateIntervalMs.*namespace/s,
    );
  });

  it('[C10] close disconnects members and leaves the host running', async () => {
    const { io, counter, base, url } = await startHost();
    const page = openPage(url, { origin: A });
    await page.receives(1);
    expect(counter.close()).toBe(counter.close());
    await counter.close();
    await page.closed();
    expect(counter.totals().size).toBe(0);
    const host = openPage(base);
    await vi.waitFor(() => expect(host.socket.connected).toBe(true));
    expect(io.of('/').sockets.size).toBe(1);
  });

  it.each(['/', '', 'no-slash', 5])(
    '[C10] the namespace %o is rejected: it must be the counter’s own',
    (namespace) => {
      const io = new Server();
      expect(() => attachCounter(io, { namespace: namespace as string })).toThrow(
        expect.objectContaining({
          code: 'options-invalid',
          message: expect.stringMatching(/^namespace must/),
        }),
      );
    },
  );
});
