import { request } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { HandshakeRateOptions } from '../../src/io/admission/handshake-rates.ts';
import type { EngineName } from '../../src/io/transport.ts';
import { startBoundedCounter, type ServedBy } from '../helpers/counter.ts';
import { openEvents } from '../helpers/event-client.ts';
import { openPage } from '../helpers/page.ts';
import { sendHttp } from '../helpers/send-http.ts';
import { upgradeRequest } from '../helpers/upgrade.ts';

const A = 'https://a.example';
const NONE = { burst: Infinity, perSecond: Infinity };

/** A burst that is not refilled within a test, unless `perSecond` is given. */
function ofAddress(burst: number, perSecond = 1e-6): HandshakeRateOptions {
  return { perAddress: { burst, perSecond }, inAll: NONE, countLoopback: true };
}

async function start(kind: ServedBy, engine: EngineName, handshakes: HandshakeRateOptions) {
  const transports = engine === 'lean' ? {} : { transports: ['websocket' as const, 'polling' as const] };
  const options = { engine, ...transports };
  const { counter, port, path } = await startBoundedCounter(kind, { handshakes }, options);
  const limits: string[] = [];
  counter.on('limit', ({ limit }) => limits.push(limit));
  const url = `http://127.0.0.1:${port}${path}`;
  const rejected = (): number | undefined => counter.stats().rejected['handshake-rate'];
  const sendUpgrade = (query = ''): Promise<string> =>
    sendHttp(port, upgradeRequest(A).replace('/socket.io/?', `${path}socket.io/?${query}`));
  return { counter, url, port, path, limits, rejected, sendUpgrade };
}

describe.each([
  ['own', 'lean'],
  ['attached', 'lean'],
  ['passed on', 'lean'],
  ['own', 'socket.io'],
  ['attached', 'socket.io'],
] as const)('too many handshakes: %s, %s', (kind, engine) => {
  it('[C11] [SEC20] an upgrade is answered 429, and its connection is closed', async () => {
    const { url, limits, rejected, sendUpgrade } = await start(kind, engine, ofAddress(1));
    const { origin: server, pathname } = new URL(url);
    const page = openPage(server, { origin: A, path: `${pathname}socket.io` });
    await page.receives(1);
    // An address that no browser sends, and a session that is none, take no way around the limit.
    for (const query of ['', 'x=?sid=1&', 'sid=a&sid=&', 'x=1#&sid=1&']) {
      expect(await sendUpgrade(query), query).toMatch(
        /^HTTP\/1\.1 429 Too Many Requests\r\n(.+\r\n)*Retry-After: 1\r\n(.+\r\n)*\r\ntoo many/,
      );
    }
    expect(rejected()).toBe(4);
    expect(limits).toEqual(['handshakesPerSecondPerAddress']);
    expect(page.totals).toEqual([1]);
  });

  it('[C11] [SEC20] server-sent events are answered 429, and answers to pings are not', async () => {
    const { url, rejected } = await start(kind, engine, ofAddress(1));
    const stream = openEvents(url);
    await stream.receives(1);
    for (const query of ['join=1', 'join=1&sid=1']) {
      const response = await openEvents(url, query).response();
      expect([response.statusCode, response.headers['retry-after']]).toEqual([429, '1']);
    }
    expect(rejected()).toBe(2);
    expect(await stream.answer()).toBe(204);
  });

  it('[C11] [SEC20] other requests are served during a flood', async () => {
    const { url, sendUpgrade } = await start(kind, engine, ofAddress(1));
    for (let handshake = 0; handshake < 20; handshake++) void sendUpgrade('x=%zz&transport=x&');
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(`${url}healthz`)).status).toBe(200);
  });
});

describe('too many handshakes', () => {
  it('[C11] [SEC20] a polling client takes one token, also if it changes to a WebSocket', async () => {
    const { url, port, counter, rejected } = await start('own', 'socket.io', ofAddress(1));
    const page = openPage(url, { origin: A, transports: ['polling', 'websocket'] });
    await page.receives(1);
    await vi.waitFor(() => expect(page.socket.io.engine.transport.name).toBe('websocket'), 10_000);
    const poll = await sendHttp(
      port,
      `GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(poll).toMatch(/^HTTP\/1\.1 429 /);
    expect(rejected()).toBe(1);
    expect(counter.total('a.example')).toBe(1);
  });

  it('[C11] [SEC20] the limit of a process holds for all addresses together', async () => {
    const handshakes = { perAddress: NONE, inAll: { burst: 2, perSecond: 1e-6 }, countLoopback: false };
    const { url, limits, rejected, sendUpgrade } = await start('own', 'lean', handshakes);
    await openPage(url, { origin: A }).receives(1);
    await openPage(url, { origin: A }).receives(2);
    expect(await sendUpgrade()).toMatch(/^HTTP\/1\.1 429 /);
    expect(rejected()).toBe(1);
    expect(limits).toEqual(['handshakesPerSecond']);
  });

  it('[C11] [SEC20] the clients of a trusted proxy have a bucket each', async () => {
    const { port } = await startBoundedCounter(
      'own',
      { handshakes: ofAddress(1) },
      { trustProxy: ['loopback'] },
    );
    const statusOf = (address: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const headers = { origin: A, 'x-forwarded-for': address };
        const stream = request({ port, path: '/events?join=1', headers, agent: false }, ({ statusCode }) =>
          resolve(statusCode),
        );
        onTestFinished(() => void stream.destroy());
        stream.on('error', reject).end();
      });
    expect(await statusOf('192.0.2.1')).toBe(200);
    expect(await statusOf('192.0.2.1')).toBe(429);
    expect(await statusOf('192.0.2.2')).toBe(200);
    expect(await statusOf('2001:db8:1:2::3')).toBe(200);
    expect(await statusOf('2001:db8:1:2::4')).toBe(429);
  });

  it.each([['websocket'], ['polling']] as const)(
    '[C11] a stock client by %s that was answered 429 comes back by itself',
    async (transport) => {
      // On a busy machine the bucket may have a token again before the client asks: then it asks again.
      for (let attempt = 1; ; attempt++) {
        const { url, rejected } = await start('own', 'socket.io', ofAddress(1, 0.5));
        await (await fetch(`${url}socket.io/?EIO=4&transport=polling`)).text();
        const page = openPage(url, { origin: A, transports: [transport] });
        page.socket.io.reconnection(true).reconnectionDelay(200).reconnectionDelayMax(400);
        await page.receives(1);
        if (rejected()) break;
        expect(attempt).toBeLessThan(10);
        page.leave();
      }
    },
  );
});
