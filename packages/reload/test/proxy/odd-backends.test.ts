import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  asDocument,
  sendRequest,
  readAll,
  startFixedBackend,
  startBackend,
  startTcpBackend,
} from '../helpers/backend.ts';

describe('malformed responses', () => {
  it.each([
    ['a status below 100', 'HTTP/1.1 099 Odd\r\nContent-Length: 2\r\n\r\nno', 502],
    [
      'an upgrade without a request for one',
      'HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
      502,
    ],
    [
      'a length beside chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n',
      502,
    ],
    ['another protocol', 'SSH-2.0-x\r\n', 502],
    ['odd characters in its status line', 'HTTP/1.1 200 O\x01\xe9\r\nContent-Length: 2\r\n\r\nok', 200],
  ])('[R8] [SEC82] %s: this request and the next one get a response', async (_what, bytes, status) => {
    const { port } = await startFixedBackend(bytes);
    for (let count = 0; count < 2; count++) {
      const response = await sendRequest(port, '/', { headers: asDocument });
      await readAll(response);
      expect(response.statusCode).toBe(status);
    }
  });

  it('[R8] a response that is sent before the whole request body arrives', async () => {
    const { port } = await startTcpBackend((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\nConnection: close\r\n\r\nlarge');
        setTimeout(() => socket.destroy(), 50);
      });
    });
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`POST / HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: 900000000\r\n\r\n`);
    const filling = setInterval(() => socket.write(Buffer.alloc(100_000)), 1);
    onTestFinished(() => {
      clearInterval(filling);
      socket.destroy();
    });
    let text = '';
    socket.on('data', (data: Buffer) => (text += data.toString()));
    await vi.waitFor(() => expect(text).toMatch(/^HTTP\/1\.1 413 [^]*large$/));
  });
});

/** The number of open descriptors of this process. */
const descriptors = (): number => readdirSync('/proc/self/fd').length;

/** A backend that responds before it has read the upload, and a client that sends the whole upload before it reads. */
async function startEarly(afterwards: (socket: Socket) => void, afterMs = 0) {
  const { port } = await startTcpBackend((socket) => {
    socket.once('data', () => {
      afterwards(socket);
      setTimeout(() => socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\n\r\nlarge'), afterMs);
    });
  });
  const base = descriptors();
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  socket.write(`POST / HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: ${UPLOAD_BYTES}\r\n\r\n`);
  return { socket, base };
}

/** More than the buffers of all sockets take. */
const UPLOAD_BYTES = 30_000_000;

describe('a backend that responds before it has read the upload', () => {
  it.each<[string, (socket: Socket) => void]>([
    ['closes', (socket) => setTimeout(() => socket.end(), 50)],
    ['reads no more', (socket) => void socket.pause()],
    ['reads on', () => {}],
  ])('[R8] if it %s, the client can send all, and then reads the response', async (_what, afterwards) => {
    const { socket } = await startEarly(afterwards);
    socket.write(Buffer.alloc(UPLOAD_BYTES));
    await once(socket, 'drain');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 [^]*large$/);
  });

  it('[R8] its connection ends when the client has gone, although it reads no more', async () => {
    const { socket, base } = await startEarly((backend) => void backend.pause(), 300);
    socket.write(Buffer.alloc(UPLOAD_BYTES));
    await once(socket, 'data');
    socket.destroy();
    // A backend that does not read does not see that its end of the connection is the last one.
    await vi.waitFor(() => expect(descriptors()).toBeLessThanOrEqual(base + 1), 10_000);
  });
});

describe('tunnels', () => {
  it('[R1] the last bytes of a backend reach a slow reader, too', async () => {
    const { backend, port } = await startBackend((_request, response) => response.end());
    const bytes = 20_000_000;
    backend.on('upgrade', (_request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      socket.end(Buffer.alloc(bytes, 1));
    });
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(
      `GET / HTTP/1.1\r\nHost: localhost:${port}\r\nOrigin: http://localhost:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    );
    let read = 0;
    for await (const chunk of socket) {
      read += (chunk as Buffer).length;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(read).toBeGreaterThanOrEqual(bytes);
  });
});

describe('a backend that accepts connections and resets them', () => {
  it('[R1] does not make its waiting page reload again and again', async () => {
    const { port, server } = await startTcpBackend((socket) => socket.destroy());
    const states: string[] = [];
    server.on('backend', ({ state }) => states.push(state));
    let requests = 0;
    const until = performance.now() + 3_000;
    // Like the waiting page, which reloads with each recovery.
    server.on('backend', ({ state }) => {
      if (state === 'up' && performance.now() < until)
        void sendRequest(port, '/', { headers: asDocument }).then(() => requests++);
    });
    await sendRequest(port, '/', { headers: asDocument });
    await vi.waitFor(() => expect(performance.now()).toBeGreaterThan(until), 10_000);
    expect(requests).toBeGreaterThan(0);
    expect(requests).toBeLessThan(7);
  });
});
