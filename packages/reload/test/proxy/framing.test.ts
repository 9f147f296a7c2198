import { describe, expect, it } from 'vitest';
import {
  sendRequest,
  readAll,
  sendBytes,
  startFixedBackend,
  startBackend,
  startTcpBackend,
} from '../helpers/backend.ts';

describe('message framing', () => {
  const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'GET'])(
    '[R8] [SEC80] a %s without a body is forwarded without one',
    async (method) => {
      const { port, heads } = await startFixedBackend(OK);
      const response = await sendBytes(
        port,
        `${method} / HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`,
      );
      expect(response).toContain('\r\n\r\nok');
      expect(heads).toHaveLength(1);
      expect(heads[0]).not.toMatch(/transfer-encoding/i);
      expect(heads[0]).toMatch(/\r\n\r\n$/);
    },
  );

  it.each([
    'Connection: content-length',
    'Connection: Content-LENGTH',
    'Connection: keep-alive,\tContent-Length , x',
    'Connection: close\r\nX: 1\r\nconnection: x, content-length',
    'Connection: transfer-encoding',
    'Connection: trailer',
    'Connection: host',
    'Connection: content-encoding',
  ])('[R8] [SEC80] a request whose Connection names a framing header gets 400 (%j)', async (connection) => {
    // The heads that a backend would read as requests.
    const seen: string[] = [];
    const { port } = await startTcpBackend((socket) => {
      socket.on('data', (data) => seen.push(data.toString('latin1')));
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok');
    });
    const smuggled = `GET /smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
    for (const method of ['GET', 'POST', 'DELETE']) {
      const response = await sendBytes(
        port,
        `${method} / HTTP/1.1\r\nHost: localhost:${port}\r\n${connection}\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
      );
      expect(response).toMatch(/^HTTP\/1\.1 400 /);
      expect(response).toMatch(/Connection header/);
      expect(response.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    }
    expect(seen.join('')).toBe('');
  });

  it('[R8] [SEC80] a request with another transfer coding than chunks gets 400', async () => {
    const bodies: string[] = [];
    const { port } = await startBackend((request, response) => {
      void readAll(request).then((body) => {
        bodies.push(body.toString());
        response.end('ok');
      });
    });
    const send = (coding: string) =>
      sendBytes(
        port,
        `POST / HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\nTransfer-Encoding: ${coding}\r\n\r\n1\r\na\r\n0\r\n\r\n`,
      );
    expect(await send('gzip, chunked')).toMatch(/^HTTP\/1\.1 400 [^]*Transfer-Encoding must be chunked/);
    expect(bodies).toEqual([]);
    expect(await send('Chunked')).toMatch(/^HTTP\/1\.1 200 /);
    expect(bodies).toEqual(['a']);
  });

  it('[R8] [SEC80] an upgrade whose Connection names a framing header gets 400', async () => {
    const { backend, port } = await startBackend((_request, response) => response.end());
    const upgrades: unknown[] = [];
    backend.on('upgrade', (_request, socket) => {
      upgrades.push(1);
      socket.destroy();
    });
    const response = await sendBytes(
      port,
      `GET / HTTP/1.1\r\nHost: localhost:${port}\r\nOrigin: http://localhost:${port}\r\nConnection: Upgrade, content-length\r\nUpgrade: websocket\r\n\r\n`,
    );
    expect(response).toMatch(/^HTTP\/1\.1 400 /);
    expect(upgrades).toEqual([]);
  });

  it('[R8] [SEC80] headers that Connection names are not forwarded, and the request is', async () => {
    const seen: Record<string, unknown>[] = [];
    const { port } = await startBackend((request, response) => {
      seen.push(request.headers);
      response.end('ok');
    });
    const response = await sendBytes(
      port,
      `POST / HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close, TE, X-Hop\r\nTE: trailers\r\nX-Hop: 1\r\nContent-Length: 1\r\n\r\nx`,
    );
    expect(response).toMatch(/^HTTP\/1\.1 200 /);
    expect(seen[0]).toMatchObject({ 'content-length': '1' });
    expect(seen[0]).not.toHaveProperty('te');
    expect(seen[0]).not.toHaveProperty('x-hop');
  });

  it('[R8] [SEC80] in a response, a framing header in Connection has no effect', async () => {
    const evil = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil';
    const { port } = await startFixedBackend(
      `HTTP/1.1 200 OK\r\nConnection: Content-Length, transfer-encoding, content-type\r\nContent-Type: text/plain\r\nContent-Length: ${evil.length}\r\n\r\n${evil}`,
    );
    for (let count = 0; count < 2; count++) {
      const response = await sendRequest(port, '/');
      expect(response.headers).toMatchObject({
        'content-length': String(evil.length),
        'content-type': 'text/plain',
      });
      expect((await readAll(response)).toString()).toBe(evil);
    }
  });
});
