import { once } from 'node:events';
import { createServer } from 'node:http';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, createGzip, constants } from 'node:zlib';
import { Server as SocketIoServer } from 'socket.io';
import { io } from 'socket.io-client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { asDocument, sendRequest, readAll, sendBytes, startBackend } from '../helpers/backend.ts';

const PAGE = '<!doctype html><html><head><title>t</title></head><body><h1>Hällo</h1></body></html>';
const TAG = /<script async src="\/__live-online\/client\.js"[^>]*><\/script>/;

describe('pages of the backend', () => {
  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['identity', (text: Buffer) => text],
  ] as const)(
    '[R7] compressed by %s contain the client and are otherwise unchanged',
    async (encoding, compress) => {
      const { port } = await startBackend((_request, response) => {
        const body = compress(Buffer.from(PAGE));
        response.writeHead(200, {
          'Content-Type': 'text/html; charset=utf-8',
          'Content-Encoding': encoding,
          'Content-Length': body.length,
          ETag: '"x"',
        });
        response.end(body);
      });
      const response = await sendRequest(port, '/', { headers: asDocument });
      const html = (await readAll(response)).toString();
      expect(html).toMatch(TAG);
      expect(html.replace(TAG, '')).toBe(PAGE);
      expect(response.headers).not.toHaveProperty('content-encoding');
      expect(response.headers).not.toHaveProperty('etag');
      expect(response.headers['cache-control']).toBe('no-cache');
    },
  );

  it('[R7] only documents are injected: not what scripts fetch, other types, HEAD, 204 and 304', async () => {
    const gz = gzipSync(PAGE);
    const { port } = await startBackend(
      (request, response) => {
        if (request.url === '/204') return void response.writeHead(204).end();
        if (request.url === '/304') return void response.writeHead(304, { ETag: '"a"' }).end();
        const type = request.url === '/json' ? 'application/json' : 'text/html';
        const head = {
          'Content-Type': type,
          'Content-Encoding': 'gzip',
          'Content-Length': gz.length,
          ETag: '"a"',
        };
        response.writeHead(200, head);
        response.end(gz);
      },
      undefined,
      { rewrite: false },
    );
    const cases: [string, string, object][] = [
      ['/', 'GET', { 'sec-fetch-dest': 'empty', accept: '*/*' }],
      ['/json', 'GET', asDocument],
      ['/', 'HEAD', asDocument],
      ['/', 'GET', { accept: 'text/html', 'x-requested-with': 'XMLHttpRequest' }],
    ];
    for (const [path, method, headers] of cases) {
      const response = await sendRequest(port, path, { method, headers: headers as Record<string, string> });
      expect(response.headers).toMatchObject({
        'content-encoding': 'gzip',
        'content-length': String(gz.length),
        etag: '"a"',
      });
      expect((await readAll(response)).equals(method === 'HEAD' ? Buffer.alloc(0) : gz)).toBe(true);
    }
    for (const status of [204, 304]) {
      const response = await sendRequest(port, `/${status}`, { headers: asDocument });
      expect([response.statusCode, (await readAll(response)).length]).toEqual([status, 0]);
    }
  });

  it('[R7] Latin-1, UTF-16 and characters split over chunks stay unchanged', async () => {
    const bodies: Record<string, [string, Buffer]> = {
      '/latin1': ['text/html; charset=iso-8859-1', Buffer.from(PAGE, 'latin1')],
      '/utf16': ['text/html', Buffer.from(`\ufeff${PAGE}`, 'utf16le')],
      '/utf8': ['text/html', Buffer.from(PAGE)],
    };
    const { port } = await startBackend((request, response) => {
      const [type, body] = bodies[request.url!]!;
      response.writeHead(200, { 'Content-Type': type });
      void (async () => {
        for (const byte of body) {
          response.write(Buffer.from([byte]));
          if (byte > 0x7f) await new Promise((resolve) => setTimeout(resolve, 5));
        }
        response.end();
      })();
    });
    for (const [path, [type, body]] of Object.entries(bodies)) {
      const response = await sendRequest(port, path, { headers: asDocument });
      const out = await readAll(response);
      expect(response.headers['content-type']).toBe(type);
      const encoding = path === '/utf16' ? 'utf16le' : 'latin1';
      const text = out.toString(encoding);
      expect(text).toMatch(TAG);
      expect(text.replace(TAG, '')).toBe(body.toString(encoding));
    }
  });

  it('[R7] an endless page is streamed, compressed or not', async () => {
    const { port } = await startBackend((request, response) => {
      const zipped = request.url === '/gzip';
      response.writeHead(200, {
        'Content-Type': 'text/html; charset=utf-8',
        ...(zipped && { 'Content-Encoding': 'gzip' }),
      });
      const out = zipped ? createGzip() : response;
      if (zipped) (out as ReturnType<typeof createGzip>).pipe(response);
      out.write('<!doctype html><head><title>t</title></head><body><p>first');
      if (zipped) (out as ReturnType<typeof createGzip>).flush(constants.Z_SYNC_FLUSH);
    });
    for (const path of ['/', '/gzip']) {
      const response = await sendRequest(port, path, { headers: asDocument });
      let text = '';
      response.on('data', (chunk) => (text += String(chunk)));
      await vi.waitFor(() => expect(text).toMatch(/first$/));
      expect(text).toMatch(TAG);
      response.destroy();
    }
  });

  it('[R7] an event stream is forwarded event by event', async () => {
    const { port } = await startBackend((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('data: one\n\n');
    });
    const response = await sendRequest(port, '/', { headers: { accept: 'text/event-stream' } });
    const [chunk] = (await once(response, 'data')) as [Buffer];
    expect(chunk.toString()).toBe('data: one\n\n');
    response.destroy();
  });

  it('[R8] [SEC81] Content-Length is removed beside chunks, and hop-by-hop headers are not forwarded', async () => {
    const seen: Record<string, unknown>[] = [];
    const { port } = await startBackend((request, response) => {
      seen.push(request.headers);
      response.setHeader('Connection', 'X-Private, close');
      response.setHeader('X-Private', '1');
      response.setHeader('Keep-Alive', 'timeout=5');
      response.setHeader('Content-Type', 'text/html');
      response.end(PAGE);
    });
    const raw = await sendBytes(
      port,
      `GET / HTTP/1.1\r\nHost: localhost:${port}\r\nAccept: text/html\r\nAccept-encoding: x-other, gzip;q=0.5, br\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\nX-Forwarded-Host: evil\r\nIf-None-Match: "a"\r\n\r\n`,
    );
    const head = raw.split('\r\n\r\n', 1)[0]!;
    expect(/transfer-encoding/i.test(head) && /content-length/i.test(head)).toBe(false);
    expect(head).not.toMatch(/x-private|keep-alive: timeout=5/i);
    expect(seen[0]).not.toHaveProperty('x-hop');
    expect(seen[0]).not.toHaveProperty('te');
    expect(seen[0]).not.toHaveProperty('x-forwarded-host');
    expect(seen[0]).not.toHaveProperty('if-none-match');
    expect(seen[0]).toMatchObject({ 'accept-encoding': 'gzip;q=0.5, br', connection: 'close' });
  });
});

describe('addresses of server and backend', () => {
  it('[R1] a backend sees its own Host and Origin', async () => {
    const { port, target } = await startBackend((request, response) => {
      const { host, origin, referer } = request.headers;
      response.end(JSON.stringify({ host, origin, referer }));
    });
    const headers = { origin: `http://localhost:${port}`, referer: `http://localhost:${port}/form?a=1` };
    const response = await sendRequest(port, '/', { method: 'POST', headers, body: 'x' });
    expect(JSON.parse((await readAll(response)).toString())).toEqual({
      host: new URL(target).host,
      origin: target,
      referer: `${target}/form?a=1`,
    });
  });

  it('[R1] redirects and cookies are mapped to the server', async () => {
    const { port, backendPort } = await startBackend((request, response) => {
      const locations: Record<string, string> = {
        '/own': `http://127.0.0.1:${backendPort}/next?x=1`,
        '/name': `http://localhost:${backendPort}/next`,
        '/path': '/next',
        '/other': 'https://example.org/',
      };
      response.setHeader('Location', locations[request.url!]!);
      response.setHeader('Set-Cookie', [
        'a=1; Domain=localhost; Path=/; HttpOnly',
        'b=2; Domain=example.org; Secure',
        'c=3',
      ]);
      response.setHeader('Strict-Transport-Security', 'max-age=1');
      response.writeHead(302).end();
    });
    const at = async (path: string) => (await sendRequest(port, path)).headers;
    expect((await at('/own')).location).toBe(`http://localhost:${port}/next?x=1`);
    expect((await at('/name')).location).toBe(`http://localhost:${port}/next`);
    expect((await at('/path')).location).toBe('/next');
    expect((await at('/other')).location).toBe('https://example.org/');
    expect((await at('/own'))['set-cookie']).toEqual([
      'a=1; Path=/; HttpOnly',
      'b=2; Domain=example.org; Secure',
      'c=3',
    ]);
    expect(await at('/own')).not.toHaveProperty('strict-transport-security');
  });

  it('[R8] [SEC60] other origins cannot embed anything unless the backend allows it', async () => {
    const { port } = await startBackend((request, response) => {
      if (request.url === '/open') response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
      response.end();
    });
    const policyOf = async (path: string) =>
      (await sendRequest(port, path)).headers['cross-origin-resource-policy'];
    expect(await policyOf('/data.js')).toBe('same-origin');
    expect(await policyOf('/open')).toBe('cross-origin');
  });

  it('[R8] [SEC80] there is one backend, whatever host a request names', async () => {
    const other = createServer((_request, response) => response.end('other')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const { port } = await startBackend((request, response) => response.end(`backend ${request.url}`));
    const { port: otherPort } = other.address() as { port: number };
    const send = (line: string): Promise<string> =>
      sendBytes(port, `${line}\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`);
    expect(await send(`GET //127.0.0.1:${otherPort}/x HTTP/1.1`)).toContain('backend ');
    expect(await send(`GET http://localhost:${port}/x HTTP/1.1`)).toContain('backend /x');
    expect(await send(`GET http://127.0.0.1:${otherPort}/x HTTP/1.1`)).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('bodies', () => {
  it('[R8] request bodies are streamed unchanged, with their framing', async () => {
    const { port } = await startBackend((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
        response.end(JSON.stringify({ bytes: Buffer.concat(chunks).length, length, encoding }));
      });
    });
    const body = Buffer.alloc(5_000_000, 7);
    const known = await sendRequest(port, '/', {
      method: 'POST',
      body,
      headers: { 'content-length': String(body.length) },
    });
    expect(JSON.parse((await readAll(known)).toString())).toEqual({
      bytes: body.length,
      length: String(body.length),
    });
    const chunked = await sendRequest(port, '/', {
      method: 'PUT',
      body,
      headers: { 'transfer-encoding': 'chunked' },
    });
    expect(JSON.parse((await readAll(chunked)).toString())).toEqual({
      bytes: body.length,
      encoding: 'chunked',
    });
    const expecting = await sendRequest(port, '/', {
      method: 'POST',
      body: 'x',
      headers: { expect: '100-continue', 'content-length': '1' },
    });
    expect(JSON.parse((await readAll(expecting)).toString())).toMatchObject({ bytes: 1 });
    const none = await sendRequest(port, '/', { method: 'DELETE' });
    expect(JSON.parse((await readAll(none)).toString())).toMatchObject({ bytes: 0 });
  });

  it('[R8] a response that ends early ends early here, too', async () => {
    const { port } = await startBackend((request, response) => {
      if (request.url === '/before') return void request.socket.destroy();
      response.writeHead(200, { 'Content-Type': request.url === '/html' ? 'text/html' : 'text/plain' });
      response.write('<p>half');
      setTimeout(() => request.socket.destroy(), 30);
    });
    for (const path of ['/text', '/html']) {
      const response = await sendRequest(port, path, { headers: asDocument });
      await expect(readAll(response)).rejects.toThrow(/aborted/);
    }
    expect((await sendRequest(port, '/before')).statusCode).toBe(502);
  });

  it('[R8] if the browser disconnects, the request to the backend ends', async () => {
    let closed = false;
    const { port } = await startBackend((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/plain' });
      response.write('x');
      response.on('close', () => (closed = true));
    });
    (await sendRequest(port, '/')).destroy();
    await vi.waitFor(() => expect(closed).toBe(true));
  });
});

describe('upgrades', () => {
  it('[R1] WebSockets of the backend are forwarded in both directions', async () => {
    const { backend, port } = await startBackend((_request, response) => response.end());
    const sockets = new WebSocketServer({ server: backend });
    sockets.on('connection', (socket) =>
      socket.on('message', (message) => socket.send(`echo ${String(message)}`)),
    );
    const socket = new WebSocket(`ws://localhost:${port}/any`, { origin: `http://localhost:${port}` });
    await once(socket, 'open');
    socket.send('x'.repeat(100_000));
    const [message] = (await once(socket, 'message')) as [Buffer];
    expect(message.toString()).toBe(`echo ${'x'.repeat(100_000)}`);
    for (const client of sockets.clients) client.close();
    await once(socket, 'close');
  });

  it.each(['websocket', 'polling'])(
    '[R1] a Socket.IO app behind the proxy works by %s',
    async (transport) => {
      const { backend, port } = await startBackend((_request, response) => response.end());
      const server = new SocketIoServer(backend);
      server.on('connection', (socket) =>
        socket.on('ask', (question: string, answer: (text: string) => void) => answer(`${question}!`)),
      );
      const origin = { origin: `http://localhost:${port}` };
      const socket = io(`http://localhost:${port}`, {
        transports: [transport],
        extraHeaders: origin,
        forceNew: true,
      });
      onTestFinished(() => void socket.close());
      expect(await socket.timeout(5_000).emitWithAck('ask', 'who')).toBe('who!');
      await server.close();
    },
  );

  it('[R1] a rejection by the backend is forwarded', async () => {
    const { backend, port } = await startBackend((_request, response) => response.end());
    backend.on(
      'upgrade',
      (_request, socket) => void socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno'),
    );
    const socket = new WebSocket(`ws://localhost:${port}/`, { origin: `http://localhost:${port}` });
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(401);
    socket.on('error', () => {});
    socket.terminate();
  });
});

describe('a backend that is down', () => {
  it('[R1] pages wait, other requests get 502, and its recovery is noticed once', async () => {
    const { backend, backendPort, port, server } = await startBackend((_request, response) =>
      response.end('back'),
    );
    const events: string[] = [];
    server.on('backend', ({ state }) => events.push(state));
    backend.close();
    backend.closeAllConnections();
    await vi.waitFor(() => expect(backend.listening).toBe(false));
    const page = await sendRequest(port, '/', { headers: asDocument });
    const html = (await readAll(page)).toString();
    expect([page.statusCode, page.headers['retry-after']]).toEqual([503, '1']);
    expect(html).toContain(`http://127.0.0.1:${backendPort}`);
    expect(html).toMatch(TAG);
    const other = await sendRequest(port, '/data.json');
    expect([other.statusCode, (await readAll(other)).toString()]).toEqual([
      502,
      expect.stringContaining('nothing listens there'),
    ]);
    expect(events).toEqual(['down']);
    const again = createServer((_request, response) => response.end('back')).listen(backendPort, '127.0.0.1');
    onTestFinished(() => void again.close());
    await vi.waitFor(() => expect(events).toEqual(['down', 'up']));
    expect((await readAll(await sendRequest(port, '/'))).toString()).toBe('back');
  });
});
