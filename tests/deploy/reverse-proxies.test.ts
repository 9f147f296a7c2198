import { request } from 'node:https';
import { io } from 'socket.io-client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startCounter } from '../helpers/counter.ts';
import { startDeployed, type ReverseProxy } from '../helpers/deployed.ts';

const proxies: ReverseProxy[] = ['nginx', 'Apache', 'Caddy', 'HAProxy'];

/** A visitor whose connection comes from this address. */
function visitFrom(url: string, localAddress: string) {
  const { origin, pathname } = new URL(url);
  const socket = io(origin, {
    path: `${pathname}socket.io`,
    transports: ['websocket'],
    rejectUnauthorized: false,
    forceNew: true,
    reconnection: false,
    extraHeaders: { Origin: 'https://example.org' },
    // An option of Node's own connections.
    ...({ localAddress } as object),
  });
  onTestFinished(() => void socket.close());
  const totals: number[] = [];
  let problem: string | undefined;
  socket.on('total', (total: number) => totals.push(total));
  socket.on('connect_error', ({ message }) => (problem = message));
  return { totals, problem: () => problem };
}

/** The status, the headers and the beginning of a response. */
function read(url: string, until: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { rejectUnauthorized: false, headers: { Origin: 'https://example.org' } });
    asked.on('error', reject).on('response', (response) => {
      let text = `${response.statusCode} ${response.headers['content-type']} `;
      response.on('data', (data: Buffer) => {
        text += data.toString();
        if (!until.test(text)) return;
        resolve(text);
        asked.destroy();
      });
      response.on('end', () => reject(new Error(`ended with ${text}`)));
    });
    asked.end();
  });
}

describe.each(proxies)('deploy/, %s with TLS', (proxy) => {
  it('[C10] script, WebSocket and server-sent events pass, and limits hold for the visitors’ own addresses', async () => {
    const { counter, port } = await startCounter({
      host: '127.0.0.1',
      maxPerAddress: 1,
      // As `--trust-proxy loopback`, but the visitors of this test are on the loopback as well.
      trustProxy: 1,
    });
    const { url } = await startDeployed(proxy, port);
    expect(await read(url, /locWidget/)).toMatch(/^200 text\/javascript/);
    const first = visitFrom(url, '127.0.0.2');
    await vi.waitFor(() => expect(first.totals).toEqual([1]));
    const second = visitFrom(url, '127.0.0.3');
    await vi.waitFor(() => expect(second.totals.at(-1)).toBe(2));
    const sameAddress = visitFrom(url, '127.0.0.3');
    await vi.waitFor(() => expect(sameAddress.problem()).toBeDefined());
    expect(counter.stats()).toMatchObject({ connections: 2, rejected: { maxPerAddress: 1 } });
    const stream = read(`${url}events?v=1&member=member-0001`, /"total",3/);
    expect(await stream).toMatch(/^200 text\/event-stream/);
  });
});
