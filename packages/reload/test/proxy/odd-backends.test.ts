import { connect } from 'node:net';
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
  ])('[R8] %s: this request and the next one get a response', async (_what, bytes, status) => {
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
