import { readdirSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createReloadServer } from '../../src/create-reload-server.ts';
import type { Deadlines } from '../../src/http/own-server.ts';
import { sendRequest, readAll, sendBytes, startBackend } from '../helpers/backend.ts';
import { makeFolder, startReload } from '../helpers/reload-server.ts';

const COUNT = 200;
const SHORT: Deadlines = { headMs: 300, requestMs: 600, unreadMs: 400, checkMs: 50 };
const PAGE = { 'index.html': '<!doctype html>x' };

/** The number of open descriptors of this process, for its clients and for the server. */
const descriptors = (): number => readdirSync('/proc/self/fd').length;

/** Clients that send some bytes, and then neither read nor close. */
async function hold(port: number, bytes: string, count = COUNT): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => {});
    return socket;
  });
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  for (const socket of sockets) socket.write(bytes);
  return sockets;
}

/** Waits until the server has closed its side of all connections, while it serves others. */
async function expectLetGo(base: number, clients: number, port: number, withinMs = 10_000): Promise<void> {
  // The server accepts connections in order, so all earlier ones are accepted now.
  await readAll(await sendRequest(port, '/__live-online/alive'));
  await vi.waitFor(() => expect(descriptors()).toBeLessThanOrEqual(base + clients), {
    timeout: withinMs,
    interval: 20,
  });
  expect((await sendRequest(port, '/__live-online/alive')).statusCode).toBe(204);
}

function upgradeOf(
  port: number,
  headers: string,
  path = '/__live-online/socket.io/?EIO=4&transport=websocket',
): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\n${headers}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
}

const EVIL = 'Origin: http://evil.example\r\n';

async function startMiddleware(): Promise<number> {
  const reload = createReloadServer({ watch: [makeFolder().folder], cacheFolder: makeFolder().folder });
  onTestFinished(() => reload.close());
  const middleware = reload.middleware();
  const server = createServer((request, response) =>
    middleware(request, response, () => response.end('host')),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const MODES: Record<string, () => Promise<number>> = {
  'a folder': async () => (await startReload(PAGE)).port,
  '--proxy': async () => (await startBackend((_request, response) => response.end())).port,
  '--no-serve': async () => (await startReload(PAGE, { serve: false })).port,
  'the middleware': startMiddleware,
};

describe('connections of rejected upgrades that the client does not close', () => {
  it.each(Object.keys(MODES))('[R8] [SEC66] %s: the server ends them', async (mode) => {
    const port = await MODES[mode]!();
    // The middleware finds its server with the first request.
    await readAll(await sendRequest(port, '/__live-online/alive'));
    const base = descriptors();
    const held = [
      ...(await hold(port, upgradeOf(port, EVIL))),
      ...(await hold(port, upgradeOf(port, ''), 20)),
      ...(await hold(port, upgradeOf(port, EVIL) + 'x'.repeat(100_000), 20)),
    ];
    await expectLetGo(base, held.length, port);
    expect(String(held[0]!.read())).toMatch(
      /^HTTP\/1\.1 403 [^]*Connection: close\r\n\r\norigin http:\/\/evil/,
    );
  });

  it('[R1] the tool closes in spite of them', async () => {
    const { port, server } = await startReload(PAGE);
    await hold(port, upgradeOf(port, EVIL), 20);
    await readAll(await sendRequest(port, '/__live-online/alive'));
    const start = performance.now();
    await server.close();
    expect(performance.now() - start).toBeLessThan(500);
  });

  it('[R8] [SEC66] the proxy ends those that a backend rejects, however it rejects them', async () => {
    const { backend, port } = await startBackend((_request, response) => response.end());
    backend.on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno');
    });
    const own = `Origin: http://localhost:${port}\r\n`;
    let base = descriptors();
    let held = await hold(port, upgradeOf(port, own, '/any'), 50);
    await expectLetGo(base, held.length, port);
    expect(String(held[0]!.read())).toMatch(/^HTTP\/1\.1 401 [^]*\r\n\r\nno$/);
    for (const socket of held) socket.destroy();
    backend.closeAllConnections();
    backend.close();
    await once(backend, 'close');
    await vi.waitFor(() => expect(descriptors()).toBeLessThanOrEqual(base));
    base = descriptors();
    held = await hold(port, upgradeOf(port, own, '/any'), 50);
    await expectLetGo(base, held.length, port);
    expect(String(held[0]!.read())).toMatch(/^HTTP\/1\.1 502 /);
  });

  it('[R8] [SEC66] a client that disconnects before the backend responds to its upgrade holds no connection', async () => {
    let upgrades = 0;
    const { backend, port, server } = await startBackend((_request, response) => response.end());
    // The backend never responds.
    backend.on('upgrade', (_request, socket: Socket) => {
      upgrades++;
      socket.on('error', () => {});
    });
    const states: string[] = [];
    server.on('backend', ({ state }) => states.push(state));
    const base = descriptors();
    const held = await hold(port, upgradeOf(port, `Origin: http://localhost:${port}\r\n`, '/any'), 50);
    await vi.waitFor(() => expect(upgrades).toBe(50));
    for (const socket of held) socket.end();
    await vi.waitFor(() => expect(descriptors()).toBeLessThanOrEqual(base + 2 * held.length), 3_000);
    // The client has disconnected, not the backend.
    expect(states).toEqual([]);
  });
});

describe('connections without a session', () => {
  it.each([
    ['idle', ''],
    ['a slow head', 'GET / HTTP/1.1\r\nHost: loc'],
    ['a head that never ends', ''],
    ['a slow body', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nx'],
    [
      'a slow body with an evil Origin',
      `POST / HTTP/1.1\r\nHost: localhost\r\n${EVIL}Content-Length: 1000000\r\n\r\nx`,
    ],
  ])('[R8] [SEC66] %s: the server ends it', async (what, bytes) => {
    const { port } = await startReload(PAGE, {}, SHORT);
    await readAll(await sendRequest(port, '/__live-online/alive'));
    const base = descriptors();
    const held = await hold(port, bytes, 30);
    const drip = setInterval(() => {
      const more = what === 'a head that never ends' ? 'X-A: 1\r\n' : what.endsWith('body') ? 'x' : '';
      if (more) for (const socket of held) if (socket.writable) socket.write(more);
    }, 50);
    onTestFinished(() => clearInterval(drip));
    if (what === 'a head that never ends')
      for (const socket of held) socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n');
    await expectLetGo(base, held.length, port, 2_000);
  });

  it('[R8] [SEC66] a client that does not read its response is disconnected, and a slow reader gets everything', async () => {
    const big = 'x'.repeat(30 << 20);
    const { port } = await startReload({ 'big.bin': big }, {}, SHORT);
    await readAll(await sendRequest(port, '/__live-online/alive'));
    const base = descriptors();
    const held = await hold(port, `GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n`, 20);
    await expectLetGo(base, held.length, port);
    const slow = connect(port, '127.0.0.1');
    slow.write('GET /big.bin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    let read = 0;
    for await (const chunk of slow) {
      read += (chunk as Buffer).length;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(read).toBeGreaterThan(big.length);
  });

  it('[R8] [SEC66] a client that pipelines many requests without reading is disconnected', async () => {
    const { port } = await startReload({ 'big.bin': 'x'.repeat(1 << 20) });
    const before = process.memoryUsage().arrayBuffers;
    const asking = `GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    const [socket] = await hold(port, asking.repeat(400), 1);
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().arrayBuffers - before)), 1);
    onTestFinished(() => clearInterval(watch));
    socket!.resume();
    await vi.waitFor(() => expect(socket!.readableEnded || socket!.destroyed).toBe(true), 5_000);
    expect(most).toBeLessThan(64 << 20);
    // A usual number of pipelined requests gets responses.
    const received = await sendBytes(
      port,
      asking.repeat(9) + asking.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'),
    );
    expect(received.length).toBeGreaterThan(10 << 20);
  });
});

describe('long requests behind --proxy', () => {
  it('[R8] [SEC66] a response and an upload have no deadline', async () => {
    let finish = (): void => {};
    const { port } = await startBackend((request, response) => {
      if (request.method === 'POST') {
        let bytes = 0;
        request.on('data', (chunk: Buffer) => (bytes += chunk.length));
        request.on('end', () => response.end(String(bytes)));
        return;
      }
      response.write('begins');
      finish = () => response.end(', ends');
    }, SHORT);
    const waitMs = 3 * Math.max(SHORT.headMs, SHORT.requestMs, SHORT.unreadMs);
    const silent = sendRequest(port, '/').then(readAll);
    const upload = request({ host: '127.0.0.1', port, method: 'POST', headers: { 'content-length': 3 } });
    upload.flushHeaders();
    for (const byte of 'abc') {
      await new Promise((resolve) => setTimeout(resolve, waitMs / 3));
      upload.write(byte);
    }
    upload.end();
    const [response] = (await once(upload, 'response')) as [IncomingMessage];
    expect((await readAll(response)).toString()).toBe('3');
    finish();
    expect((await silent).toString()).toBe('begins, ends');
  });
});
