import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import express from 'express';
import fastify from 'fastify';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createCounterServer } from '../../src/index.ts';
import { openPage } from '../helpers/page.ts';
import { sendHttp } from '../helpers/send-http.ts';

/** What `curl --http2` and Java's HttpClient send over plain HTTP: a request, and the offer to go on in HTTP/2. */
const offer = (body: string, ...more: string[]): string =>
  [
    'POST /api HTTP/1.1',
    'Host: x',
    'Connection: Upgrade, HTTP2-Settings',
    'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA',
    'Content-Type: text/plain',
    `Content-Length: ${body.length}`,
    ...more,
    '',
    body,
  ].join('\r\n');

async function start(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function attach(server: Server): () => void {
  const counter = createCounterServer();
  onTestFinished(() => counter.close());
  return counter.attach(server);
}

describe('a host’s request that offers an upgrade', () => {
  it('[C10] a POST that offers h2c arrives whole in Express, while the counter is attached and afterwards', async () => {
    const app = express();
    app.post('/api', express.text(), (request, response) => {
      const { method, httpVersion } = request;
      response.send(`${method} ${httpVersion} ${request.get('upgrade')}: ${request.body as string}`);
    });
    const server = createServer(app);
    const detach = attach(server);
    const port = await start(server);
    await openPage(`http://127.0.0.1:${port}`, { path: '/live-online/socket.io' }).receives(1);
    for (const attached of [true, false]) {
      if (!attached) detach();
      const answer = await sendHttp(port, offer('hello=1', 'Connection: close'));
      expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*POST 1\.1 h2c: hello=1$/);
    }
  });

  it('[C10] it arrives whole in Fastify, and in several pieces', async () => {
    const app = fastify();
    app.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    app.post('/api', (request) => `got ${(request.body as string).length}`);
    attach(app.server);
    onTestFinished(() => app.close());
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    const answer = await sendHttp(port, offer('x'.repeat(300_000), 'Connection: close'));
    expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*got 300000$/);
  });

  it('[C10] the connection serves the next request', async () => {
    const server = createServer((request, response) => {
      void text(request).then((body) => response.end(`[${body}]`));
    });
    attach(server);
    const client = connect(await start(server), '127.0.0.1');
    onTestFinished(() => void client.destroy());
    let answer = '';
    client.on('data', (chunk) => (answer += String(chunk)));
    for (const body of ['one', 'two', 'three']) {
      client.write(offer(body));
      await vi.waitFor(() => expect(answer).toContain(`[${body}]`));
    }
  });

  it('[C10] upgrades that the host listens for reach it, h2c or WebSocket', async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer((_request, response) => void response.end('not upgraded'));
    server.on('upgrade', (request: IncomingMessage, socket) => {
      seen.push(request.headers.upgrade);
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n');
    });
    attach(server);
    const port = await start(server);
    expect(await sendHttp(port, offer(''))).toMatch(/^HTTP\/1\.1 101 /);
    expect(seen).toEqual(['h2c']);
  });

  it('[C10] CONNECT is treated as it is without the counter', async () => {
    const server = createServer((_request, response) => void response.end('home'));
    attach(server);
    const port = await start(server);
    const connect = 'CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n';
    expect(await sendHttp(port, connect)).toBe('');
    server.on('connect', (_request, socket) => socket.end('HTTP/1.1 200 tunnel\r\n\r\n'));
    expect(await sendHttp(port, connect)).toMatch(/^HTTP\/1\.1 200 tunnel/);
  });

  it('[C10] two counters on one server leave each other’s upgrades and the host’s requests alone', async () => {
    const server = createServer((request, response) => void text(request).then((body) => response.end(body)));
    const counters = ['/one/', '/two/'].map((path) => createCounterServer({ path }));
    const detach = counters.map((counter) => counter.attach(server));
    onTestFinished(async () => void (await Promise.all(counters.map((counter) => counter.close()))));
    const port = await start(server);
    await openPage(`http://127.0.0.1:${port}`, { path: '/one/socket.io' }).receives(1);
    detach[0]!();
    await openPage(`http://127.0.0.1:${port}`, { path: '/two/socket.io' }).receives(1);
    expect(await sendHttp(port, offer('hello', 'Connection: close'))).toMatch(/hello$/);
  });

  it.each(['/live-online/', '/live-online/socket.io/?EIO=4&transport=websocket'])(
    '[C10] %s takes no upgrade but a WebSocket: the offer is an ordinary request',
    async (path) => {
      const server = createServer((_request, response) => void response.end('home'));
      attach(server);
      const port = await start(server);
      const head = `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: foo\r\n\r\n`;
      expect(await sendHttp(port, head)).toMatch(
        path.includes('?') ? /^HTTP\/1\.1 400 / : /^HTTP\/1\.1 200 /,
      );
    },
  );
});
