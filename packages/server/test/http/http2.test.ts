import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect, constants, createSecureServer, type Http2SecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { CounterServer } from '../../src/index.ts';
import { createCounter } from '../helpers/host.ts';
import { openPage } from '../helpers/page.ts';

/** An anonymous cipher works without a certificate. */
const tls = {
  ciphers: 'AECDH-AES128-SHA:@SECLEVEL=0',
  maxVersion: 'TLSv1.2',
  rejectUnauthorized: false,
} as const;
const home = (_request: unknown, response: { end(text: string): void }): void => response.end('home');

const hosts: Record<string, (counter: CounterServer) => Http2SecureServer> = {
  attached(counter) {
    const server = createSecureServer({ allowHTTP1: true, ...tls }, home);
    counter.attach(server);
    return server;
  },
  'passed on'(counter) {
    const middleware = counter.middleware();
    const server = createSecureServer({ allowHTTP1: true, ...tls }, (request, response) =>
      middleware(request, response, () => home(request, response)),
    );
    return server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (!counter.handleUpgrade(request, socket, head)) socket.destroy();
    });
  },
};

interface Client {
  port: number;
  /** Resolves to the status and the body; of a response without an end, to what has been received when it has `text`. */
  get(path: string, text?: string): Promise<{ status: number; body: string; close(): void }>;
}

async function start(server: Http2SecureServer): Promise<Client> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const session = connect(`https://127.0.0.1:${port}`, tls);
  onTestFinished(() => {
    session.destroy();
    server.close();
  });
  return {
    port,
    async get(path, text) {
      const stream = session.request({ ':path': path });
      let body = '';
      stream.on('data', (chunk) => (body += String(chunk)));
      const ended = once(stream, 'end');
      const [headers] = (await once(stream, 'response')) as [{ ':status': number }];
      if (text === undefined) await ended;
      else await vi.waitFor(() => expect(body).toContain(text));
      return { status: headers[':status'], body, close: () => stream.close(constants.NGHTTP2_CANCEL) };
    },
  };
}

describe.each(Object.keys(hosts))('a host with HTTP/2, %s', (kind) => {
  it('[C10] serves script, probes and events by HTTP/2, and WebSockets by HTTP/1.1', async () => {
    const counter = createCounter();
    const { port, get } = await start(hosts[kind]!(counter));
    expect(await get('/')).toMatchObject({ status: 200, body: 'home' });
    expect((await get('/live-online/')).body).toContain('locWidget');
    expect(await get('/live-online/readyz')).toMatchObject({ status: 200, body: 'ready\n' });
    expect((await get('/live-online/nothing')).status).toBe(404);
    const many = await Promise.all(Array.from({ length: 20 }, () => get('/live-online/healthz')));
    expect(many.every(({ status }) => status === 200)).toBe(true);

    const events = await get('/live-online/events?join=1&member=0123456789abcdef', 'data: 42["total",1]');
    expect(events.status).toBe(200);
    const page = openPage(`https://127.0.0.1:${port}`, { path: '/live-online/socket.io', ...tls });
    await page.receives(2);
    events.close();
    await page.receives(1);
    expect(counter.stats()).toMatchObject({ connections: 1, terminated: {} });
    await counter.close();
    expect(await get('/live-online/')).toMatchObject({ status: 200, body: 'home' });
  });
});
