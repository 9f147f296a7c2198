import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { asDocument, readAnswer, sendRequest } from '../helpers/backend.ts';
import { connectHttp2, makeCertificate, requestHttp2 } from '../helpers/http2.ts';
import { makeFolder, startReload } from '../helpers/reload-server.ts';

const MODES = ['HTTP/1.1', 'HTTP/2'] as const;
const MEBIBYTE = 1 << 20;

interface Received {
  status: number;
  headers: Record<string, unknown>;
  text: string;
}

/** A backend of which each connection is handled by `answer`, and a function that requests a page through the tool. */
async function startHostile(protocol: (typeof MODES)[number], answer: (socket: Socket) => void) {
  const backend = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => answer(socket));
  }).listen(0, '127.0.0.1');
  await once(backend, 'listening');
  onTestFinished(() => void backend.close());
  const proxy = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
  const isHttp2 = protocol === 'HTTP/2';
  const { cacheFolder, ca } = isHttp2
    ? await makeCertificate()
    : { cacheFolder: makeFolder().folder, ca: '' };
  const { port } = await startReload(
    {},
    { proxy, watch: [makeFolder().folder], https: isHttp2, cacheFolder },
  );
  const session = isHttp2 ? connectHttp2(port, ca) : undefined;

  async function request(path = '/', headers: Record<string, string> = asDocument): Promise<Received> {
    if (session) {
      const { status, headers: head, text } = await requestHttp2(session, { ':path': path, ...headers });
      return { status: status!, headers: { ...head }, text };
    }
    return readAnswer(await sendRequest(port, path, { headers }));
  }

  /** Requests a page. */
  async function open(): Promise<Readable> {
    if (!session) return sendRequest(port, '/', { headers: asDocument });
    const stream = session.request({ ':path': '/', ...asDocument });
    stream.on('error', () => {});
    return stream;
  }

  return { request, open };
}

/** A response with a body. */
const respond = (socket: Socket, head: string, body: Buffer | string = 'ok'): void => {
  const bytes = Buffer.from(body);
  socket.write(`${head}\r\nContent-Length: ${bytes.length}\r\nConnection: close\r\n\r\n`, 'latin1');
  socket.end(bytes);
};

const HTML = 'HTTP/1.1 200 OK\r\nContent-Type: text/html';
const PAGE = '<!doctype html><title>t</title><p>page';

describe.each(MODES)('a hostile backend, over %s', (protocol) => {
  it('[R8] [SEC82] whatever its status and its headers are, the request gets a response, and so does the next one', async () => {
    const heads: [head: string, status: number][] = [
      ['HTTP/1.1 600 Odd', protocol === 'HTTP/2' ? 502 : 600],
      ['HTTP/1.1 999 Odd', protocol === 'HTTP/2' ? 502 : 999],
      ['HTTP/1.1 099 Odd', 502],
      ['HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade', 502],
      ['HTTP/1.1 204 No Content', 204],
      ['HTTP/1.1 205 Reset Content', 205],
      ['HTTP/1.1 200 \x01\xe9', 200],
      ['HTTP/1.1 200 OK\r\nX-A: \xe9', 200],
      ['HTTP/1.1 200 OK\r\nX-A: \x01', 502],
      ['HTTP/1.1 200 OK\r\n__proto__: a\r\nconstructor: b\r\ntoString: c', 200],
      ['HTTP/1.1 200 OK\r\nContent-Type: a\r\nContent-Type: b\r\nETag: a\r\nETag: b', 200],
      ['HTTP/1.1 200 OK\r\nLocation: http://[\r\nRefresh: 0;url=http://[\r\nLink: <http://[>', 200],
      ['HTTP/1.1 200 OK\r\nContent-Type: text/html; charset="\\"', 200],
      [
        'HTTP/1.1 200 OK\r\nKeep-Alive: x\r\nTE: x\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\nProxy-Connection: x',
        200,
      ],
      [`HTTP/1.1 200 OK\r\n${'X-Flood: x\r\n'.repeat(3_000)}X: y`, 502],
      [`HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(20_000)}`, 502],
      [`${'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(2_000)}HTTP/1.1 200 OK`, 200],
      ['HTP/9 oops', 502],
    ];
    let head = '';
    const { request } = await startHostile(protocol, (socket) => respond(socket, head));
    for (const [next, status] of heads) {
      head = next;
      const received = await request();
      expect([head.slice(0, 60), received.status]).toEqual([head.slice(0, 60), status]);
      const names = Object.keys(received.headers);
      expect(names.filter((name) => /^(te|upgrade|http2-settings|proxy-connection)$/.test(name))).toEqual([]);
    }
    head = HTML;
    expect((await request()).text).toContain('/__live-online/client.js');
  });

  it('[R7] [SEC83] more than 5 compressions on one another stay as they are', async () => {
    const names = Array.from({ length: 1_000 }, () => 'gzip').join();
    const { request } = await startHostile(protocol, (socket) =>
      respond(socket, `${HTML}\r\nContent-Encoding: ${names}`, 'x'),
    );
    expect((await request()).text).toBe('x');
  });

  // Node decompresses it from 22.15 on.
  it.runIf('zstdCompressSync' in zlib)(
    '[R7] [SEC83] zstd with a window of more than 8 MB is rejected',
    async () => {
      const { zstdCompressSync, constants } = zlib as typeof zlib & {
        zstdCompressSync: (bytes: Buffer, options: object) => Buffer;
        constants: { ZSTD_c_windowLog: number };
      };
      const params = { [constants.ZSTD_c_windowLog]: 27 };
      const bomb = zstdCompressSync(Buffer.alloc(20 * MEBIBYTE, 'x'), { params });
      const { request } = await startHostile(protocol, (socket) =>
        respond(socket, `${HTML}\r\nContent-Encoding: zstd`, bomb),
      );
      await expect(request().then(({ text }) => text.length)).rejects.toThrow();
    },
  );

  it('[R7] [SEC83] an endless page in gzip is sent as it comes, and ends with the request', async () => {
    let closed = 0;
    const { open } = await startHostile(protocol, (socket) => {
      const gzip = zlib.createGzip();
      socket.once('close', () => {
        closed++;
        gzip.destroy();
      });
      gzip.on('error', () => {});
      socket.write(`${HTML}\r\nContent-Encoding: gzip\r\n\r\n`);
      gzip.pipe(socket);
      gzip.write(PAGE);
      const block = Buffer.alloc(MEBIBYTE, 'x');
      const write = (): void => {
        while (!socket.destroyed && gzip.write(block));
        if (!socket.destroyed) gzip.once('drain', write);
      };
      write();
    });
    const response = await open();
    await once(response, 'data');
    response.destroy();
    await expect.poll(() => closed, { timeout: 20_000 }).toBe(1);
  });

  it('[R1] [SEC84] the text of an error is text in the page around it, and so are its status and its address', async () => {
    const evil = `</pre><script>alert(1)</script><img src=x onerror="alert(1)">'$&$\`$1`;
    let type = '';
    const { request } = await startHostile(protocol, (socket) =>
      respond(socket, `HTTP/1.1 500 <script>alert(1)</script>${type}`, evil),
    );
    for (const one of [
      'text/plain',
      'text/plain; charset=utf-16',
      'text/plain; charset=utf-7',
      'application/json',
      'text/xml',
      '',
    ]) {
      type = one === '' ? '' : `\r\nContent-Type: ${one}`;
      const { status, text } = await request(encodeURI('/"><script>alert(1)</script>$&'));
      expect([one, status]).toEqual([one, 500]);
      // That of the client, and the one that loads the page again.
      expect(text.match(/<script/g)).toHaveLength(2);
      expect(text).not.toMatch(/<img|alert\(1\)<\/script>/);
      if (!one.includes('utf-16')) expect(text).toContain('&#39;$&amp;$`$1</pre>');
    }
  });
});
