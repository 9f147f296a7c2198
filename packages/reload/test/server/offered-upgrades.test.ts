import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect as connectHttp2, createSecureServer, type Http2SecureServer } from 'node:http2';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import express from 'express';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createReloadServer } from '../../src/create-reload-server.ts';
import { sendBytes, startBackend } from '../helpers/backend.ts';
import { connectPage, makeFolder, startReload } from '../helpers/reload-server.ts';

/** A request that offers HTTP/2, as `curl --http2` and Java's HttpClient send it over plain HTTP. */
function offer(
  port: number,
  body: string,
  { upgrade = 'h2c', method = 'POST', path = '/api', last = true } = {},
): string {
  return [
    `${method} ${path} HTTP/1.1`,
    `Host: localhost:${port}`,
    `Connection: Upgrade, HTTP2-Settings${last ? ', close' : ''}`,
    `Upgrade: ${upgrade}`,
    'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA',
    'Content-Type: text/plain',
    ...(body === '' ? [] : [`Content-Length: ${body.length}`]),
    '',
    body,
  ].join('\r\n');
}

/** An app whose response describes the request. */
function createApp() {
  const app = express();
  app.all('/api', express.text(), (request, response) => {
    const { method, headers } = request;
    const offered = [headers.upgrade, headers['http2-settings']].map((one) => one !== undefined);
    response.type('text').send(`${method} ${offered.join()} [${(request.body as string | undefined) ?? ''}]`);
  });
  app.get('/', (_request, response) => void response.send('home'));
  return app;
}

function expectResponse(received: string, body: string): void {
  expect(received).toMatch(/^HTTP\/1\.1 200 /);
  expect(received.slice(received.indexOf('\r\n\r\n') + 4)).toBe(body);
}

function startMiddleware() {
  const { folder } = makeFolder({ 'a.txt': '1' });
  const reload = createReloadServer({ watch: [folder], cacheFolder: makeFolder().folder });
  onTestFinished(() => reload.close());
  return { reload };
}

async function start(server: Server | Http2SecureServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe('a request that offers an upgrade', () => {
  it('[R1] a POST that offers h2c arrives complete in Express with the middleware', async () => {
    const { reload } = startMiddleware();
    const app = express();
    app.use(reload.middleware(), createApp());
    const port = await start(createServer(app));
    // The middleware finds its server with the first request.
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('home');
    const origin = `http://127.0.0.1:${port}`;
    expect((await connectPage(origin, { origin })).ok).toBe(true);
    for (const closed of [false, true]) {
      if (closed) await reload.close();
      for (const body of ['hello=1', 'x'.repeat(90_000), '']) {
        expectResponse(await sendBytes(port, offer(port, body)), `POST true,true [${body}]`);
      }
    }
  });

  it('[R1] a POST that offers h2c arrives complete at the backend, without the offer', async () => {
    const { port } = await startBackend(createApp());
    for (const upgrade of ['h2c', 'foo', 'TLS/1.0, HTTP/1.1', 'websocket']) {
      for (const body of ['hello=1', 'x'.repeat(90_000), '']) {
        expectResponse(await sendBytes(port, offer(port, body, { upgrade })), `POST false,false [${body}]`);
      }
    }
    // A WebSocket handshake has no body. With one, it is an ordinary request.
    const received = await sendBytes(port, offer(port, 'hello=1', { upgrade: 'websocket', method: 'GET' }));
    expectResponse(received, 'GET false,false [hello=1]');
  });

  it('[R1] a late body arrives complete, and the connection stays usable', async () => {
    const { port } = await startBackend(createApp());
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    let received = '';
    socket.on('data', (chunk) => (received += String(chunk)));
    for (const body of ['one', 'two', 'three']) {
      const bytes = offer(port, body, { last: false });
      socket.write(bytes.slice(0, -2));
      await new Promise((resolve) => setImmediate(resolve));
      socket.write(bytes.slice(-2));
      await vi.waitFor(() => expect(received).toContain(`[${body}]`));
    }
  });

  it('[R1] a WebSocket of the backend is forwarded, with the same checks', async () => {
    const { backend, port } = await startBackend(createApp());
    const sockets = new WebSocketServer({ server: backend });
    sockets.on('connection', (socket) => socket.send('hello'));
    const socket = new WebSocket(`ws://localhost:${port}/any`, { origin: `http://localhost:${port}` });
    const [message] = (await once(socket, 'message')) as [Buffer];
    expect(message.toString()).toBe('hello');
    socket.terminate();
    const evil = new WebSocket(`ws://localhost:${port}/any`, { origin: 'http://evil.example' });
    const [, { statusCode }] = (await once(evil, 'unexpected-response')) as [unknown, IncomingMessage];
    expect(statusCode).toBe(403);
    evil.on('error', () => {});
    evil.terminate();
  });

  it.each(['h2c', 'websocket'])(
    '[R1] a page of a folder is served if its request offers %s',
    async (upgrade) => {
      const { port } = await startReload({ 'a.txt': 'inside' });
      for (const [path, expected] of [
        ['/a.txt', /^HTTP\/1\.1 200 [^]*\r\n\r\ninside$/],
        ['/none', /^HTTP\/1\.1 404 /],
        ['/__live-online/alive', /^HTTP\/1\.1 204 /],
      ] as const) {
        expect(await sendBytes(port, offer(port, '', { upgrade, method: 'GET', path }))).toMatch(expected);
      }
      const own = { upgrade: 'h2c', method: 'GET', path: '/__live-online/socket.io/?EIO=4' };
      expect(await sendBytes(port, offer(port, '', own))).toMatch(/^HTTP\/1\.1 404 /);
    },
  );

  it('[R1] without serving, the script is served whatever upgrade is offered', async () => {
    const { port } = await startReload({ 'a.txt': 'x' }, { serve: false });
    const received = await sendBytes(port, offer(port, '', { method: 'GET', path: '/' }));
    expect(received).toMatch(/^HTTP\/1\.1 200 [^]*"token":/);
  });

  it('[R1] a host with HTTP/2 and HTTP/1.1 works as before, and its pages connect', async () => {
    // An anonymous cipher works without a certificate.
    const tls = {
      ciphers: 'AECDH-AES128-SHA:@SECLEVEL=0',
      maxVersion: 'TLSv1.2',
      rejectUnauthorized: false,
    } as const;
    const { reload } = startMiddleware();
    const middleware = reload.middleware();
    const server = createSecureServer({ allowHTTP1: true, ...tls }, (request, response) => {
      // Like servers for HTTP/2 with Connect middlewares, such as Vite.
      middleware(
        request as never,
        response as never,
        () => void text(request).then((body) => response.end(`${request.httpVersion} [${body}]`)),
      );
    });
    const port = await start(server);
    const session = connectHttp2(`https://localhost:${port}`, tls);
    onTestFinished(() => session.destroy());
    const askHttp2 = (): Promise<string> => text(session.request({ ':path': '/' }));
    const askHttp1 = (): Promise<string> => {
      const socket = connectTls({ port, host: 'localhost', ...tls });
      socket.write(offer(port, 'hello=1'));
      return text(socket);
    };
    expect(await askHttp2()).toBe('2.0 []');
    for (const closed of [false, true]) {
      if (closed) await reload.close();
      expect(await askHttp1()).toMatch(/^HTTP\/1\.1 200 [^]*1\.1 \[hello=1\]$/);
      const url = `wss://localhost:${port}/__live-online/socket.io/?EIO=4&transport=websocket`;
      const socket = new WebSocket(url, { origin: `https://localhost:${port}`, ...tls });
      socket.on('error', () => {});
      if (closed) await once(socket, 'unexpected-response');
      else expect(String(await once(socket, 'message'))).toMatch(/^0{"sid"/);
      socket.terminate();
      expect(await askHttp2()).toBe('2.0 []');
    }
  });
});
