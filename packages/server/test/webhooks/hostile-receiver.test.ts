import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { postWebhook } from '../../src/webhooks/post-webhook.ts';
import { isPublicAddress } from '../../src/webhooks/public-address.ts';
import { retryDelayMs } from '../../src/webhooks/retry-schedule.ts';
import { startReceiver } from '../helpers/webhook-receiver.ts';

const BODY = '{"type":"site.occupied"}';
const allowed = { allowPrivate: true, timeoutMs: 30_000 };
const guarded = { allowPrivate: false, timeoutMs: 30_000 };

/** A receiver that writes bytes instead of HTTP. `open` has the connections that are not closed, `received` what the others have taken. */
async function startRaw(answer: (socket: Socket) => void) {
  const open = new Set<Socket>();
  const received = { bytes: 0 };
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      open.delete(socket);
      received.bytes += socket.bytesWritten;
    });
    socket.once('data', () => answer(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return {
    open,
    received,
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path`),
  };
}

/** Writes the same bytes for as long as they are read. */
function writeForever(socket: Socket, bytes: string): void {
  const write = (): void => {
    while (!socket.destroyed && socket.write(bytes));
  };
  socket.on('drain', write);
  write();
}

const OK = 'HTTP/1.1 200 OK\r\n';
const bomb = gzipSync(Buffer.alloc(10 << 20));

describe('a hostile receiver of webhooks', () => {
  it.each<[name: string, answer: (socket: Socket) => void, result: object]>([
    [
      'an endless body',
      (socket) => writeForever(socket, `${OK}\r\n${'x'.repeat(1_000)}`),
      { isDelivered: true },
    ],
    [
      'a compressed bomb',
      (socket) => socket.write(Buffer.concat([Buffer.from(`${OK}Content-Encoding: gzip\r\n\r\n`), bomb])),
      { isDelivered: true },
    ],
    [
      'a large header',
      (socket) => socket.write(`${OK}X: ${'x'.repeat(1 << 20)}\r\n\r\n`),
      failed('HPE_HEADER_OVERFLOW'),
    ],
    [
      'endless headers',
      (socket) => (socket.write(OK), writeForever(socket, 'a: b\r\n'.repeat(1_000))),
      failed('HPE_HEADER_OVERFLOW'),
    ],
    ['no HTTP', (socket) => socket.write('SSH-2.0-OpenSSH_9.9\r\n'), failed('HPE_INVALID_CONSTANT')],
    [
      'a status with text',
      (socket) => socket.end('HTTP/1.1 500 \u001B[2J<script>\r\n\r\n'),
      failed('answered 500'),
    ],
    ['a reset', (socket) => socket.resetAndDestroy(), failed('ECONNRESET')],
    [
      'an upgrade',
      (socket) => socket.write('HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
      failed('the connection was closed without an answer'),
    ],
    [
      'smuggled answers',
      (socket) => socket.write(`${OK}Content-Length: 0\r\n\r\n${OK}\r\n`),
      { isDelivered: true },
    ],
  ])('[H3] [SEC55] %s is a result, and its connection is closed', async (_name, answer, result) => {
    const { open, received, url } = await startRaw(answer);
    expect(await postWebhook(url, {}, BODY, allowed)).toEqual(result);
    await vi.waitFor(() => expect(open.size).toBe(0), { timeout: 20_000 });
    expect(received.bytes).toBeLessThan(32 << 20);
  });

  it.each<[name: string, answer: (socket: Socket) => void]>([
    ['silence', () => {}],
    [
      'informational answers without end',
      (socket) => drip(socket, 'HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n'),
    ],
    ['a header that never ends', (socket) => (socket.write(OK), drip(socket, 'a: b\r\n'))],
  ])('[H3] [SEC55] %s ends at the deadline, and its connection is closed', async (_name, answer) => {
    const { open, url } = await startRaw(answer);
    const result = await postWebhook(url, {}, BODY, { ...allowed, timeoutMs: 300 });
    expect(result).toEqual({ isDelivered: false, error: 'no answer within 0.3 s' });
    await vi.waitFor(() => expect(open.size).toBe(0), { timeout: 20_000 });
  });

  it.each(['1e9', '-1', '99999999999', '0x10', 'NaN', 'Wed, 21 Oct 2099 07:28:00 GMT', '1, 2', ' '])(
    '[H3] [SEC55] Retry-After: %s delays no attempt by more than ten minutes',
    async (value) => {
      const receiver = await startReceiver();
      receiver.answer = (_request, response) => void response.writeHead(503, { 'retry-after': value }).end();
      const { retryAfterMs } = await postWebhook(new URL(receiver.url), {}, BODY, allowed);
      expect(retryDelayMs(1, 0, retryAfterMs)).toBeLessThanOrEqual(600_000);
      expect(retryDelayMs(1, 0, retryAfterMs)).toBeGreaterThanOrEqual(5_000);
    },
  );

  it.each([301, 302, 303, 307, 308])('[H5] [SEC54] a redirect by %i is not followed', async (status) => {
    const inside = await startReceiver();
    const receiver = await startReceiver();
    for (const location of [
      inside.url,
      'file:///etc/passwd',
      '//127.0.0.1/',
      'gopher://127.0.0.1:6379/_FLUSHALL',
    ]) {
      receiver.answer = (_request, response) => void response.writeHead(status, { location }).end();
      const result = await postWebhook(new URL(receiver.url), {}, BODY, allowed);
      expect(result).toEqual({ isDelivered: false, error: `answered ${status}` });
    }
    expect(inside.received).toEqual([]);
  });

  it('[H5] [SEC54] no notation of a private host is connected to', async () => {
    const receiver = await startReceiver();
    for (const host of [
      '127.1',
      '2130706433',
      '017700000001',
      '0x7f000001',
      '0177.0.0.01',
      '127.0.0.1.',
      '①②⑦.⓪.⓪.①',
      '127。0。0。1',
      '0',
      '0.0.0.0',
      'localhost.',
      'LOCALHOST',
      'user:secret@127.0.0.1',
      'example.org@127.0.0.1',
      '[::]',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[::127.0.0.1]',
      '[64:ff9b::127.0.0.1]',
      '[2002:7f00:1::]',
    ]) {
      const url = new URL(`http://${host}:${receiver.port}/hook`);
      const { isDelivered, error } = await postWebhook(url, {}, BODY, guarded);
      expect([host, isDelivered]).toEqual([host, false]);
      // No answer of a resolver is an answer of this machine.
      expect([host, error]).toEqual([host, expect.stringMatching(/private|^E(?:NOTFOUND|AI_AGAIN)$/)]);
    }
    expect(receiver.received).toEqual([]);
  });

  it('[H5] [SEC54] networks that lead to private ones are not public', () => {
    const none = [
      '::ffff:0:127.0.0.1', // SIIT
      '64:ff9b:1::7f00:1', // local NAT64
      '2001:0:7f00:1::', // Teredo
      '2002:a9fe:a9fe::', // 6to4 of 169.254.169.254
      '2001:10::1', // ORCHID
      '100::1', // discard
      '5f00::1', // segment routing
      'fe80::1%eth0',
      'fec0::1',
      'fc00::1',
      'ff0e::1',
      '0:0:0:0:0:ffff:0a00:0001',
      '192.0.0.8',
      '192.88.99.1',
      '198.18.0.1',
      '198.51.100.1',
      '203.0.113.1',
      '240.0.0.1',
      '100.127.255.255',
      '0177.0.0.1',
      '1',
      '127.1',
    ];
    expect(none.filter(isPublicAddress)).toEqual([]);
  });
});

function failed(error: string): object {
  return { isDelivered: false, error };
}

/** Writes the same text again and again, slowly. */
function drip(socket: Socket, text: string): void {
  const timer = setInterval(() => socket.write(text), 10);
  socket.on('close', () => clearInterval(timer));
}
