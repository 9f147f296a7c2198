import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A client on a plain TCP connection that is upgraded to a WebSocket. It can then violate the protocol. */
export interface Attacker {
  socket: Socket;
  /** How many bytes it has written since the upgrade. */
  sent(): number;
  /** Everything it has read since the upgrade. */
  received(): string;
  /**
   * Sends `bytes` repeatedly until the server ends the connection, `maxBytes` are sent or `maxMs` have passed. Resolves to
   * whether the server has ended it.
   */
  flood(bytes: Buffer, limits: { maxBytes: number; maxMs: number }): Promise<boolean>;
}

/** WebSocket opcodes (RFC 6455 §5.2). */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A client's frame, masked with zeros so that its payload is readable. */
export function frame(opcode: number, payload: string | Buffer = '', fin = true): Buffer {
  const bytes = Buffer.from(payload);
  const length =
    bytes.length < 126 ? [0x80 | bytes.length] : [0x80 | 126, bytes.length >> 8, bytes.length & 0xff];
  return Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | opcode, ...length, 0, 0, 0, 0]), bytes]);
}

export const text = (message: string): Buffer => frame(opcodes.text, message);

export interface AttackerOptions {
  port: number;
  socketPath: string;
  origin?: string;
  /** @default a */
  host?: string;
  /** The CONNECT that it sends and whose answer it awaits; `undefined` for none. @default 40 */
  connect?: string | undefined;
  /** The end of the query, such as `&a=b`, and additional headers, each with its line break. */
  query?: string;
  headers?: string;
  /** Whether it continues to read afterwards. @default false */
  reads?: boolean;
}

/** Opens a WebSocket and, by default, sends CONNECT and then stops reading. */
export async function openAttacker(options: AttackerOptions): Promise<Attacker> {
  const {
    port,
    socketPath,
    origin = 'https://attacker.example',
    host = 'a',
    reads = false,
    query = '',
    headers = '',
  } = options;
  const packet = 'connect' in options ? options.connect : '40';
  // Each write would otherwise wait for the acknowledgement of the one before, for up to 40 ms.
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  // A fuzz test has thousands, which must not stay in memory until it ends.
  const reference = new WeakRef(socket);
  onTestFinished(() => void reference.deref()?.destroy());
  socket.on('error', () => {});
  let received = '';
  const receive = (chunk: Buffer): void => void (received += chunk.toString('latin1'));
  socket.on('data', receive);
  const until = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(received)) await once(socket, 'data');
  };
  socket.write(
    `GET ${socketPath}?EIO=4&transport=websocket${query} HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n${headers}\r\n`,
  );
  await until(/\r\n\r\n[\s\S]*0\{/);
  if (packet !== undefined) {
    socket.write(text(packet));
    await until(/40\{"sid"[\s\S]*42\[/);
  }
  if (!reads) {
    socket.off('data', receive);
    socket.pause();
  }
  const before = socket.bytesWritten;
  const closed = new Promise<boolean>((resolve) => socket.on('close', () => resolve(true)));
  return {
    socket,
    sent: () => socket.bytesWritten - before,
    received: () => received,
    async flood(bytes, { maxBytes, maxMs }) {
      const chunk = Buffer.concat(Array.from({ length: Math.ceil(65_536 / bytes.length) }, () => bytes));
      const deadline = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), maxMs).unref());
      const isOver = Promise.race([closed, deadline]);
      let over: boolean | undefined;
      void isOver.then((value) => (over = value));
      for (let sent = 0; over === undefined && sent < maxBytes; sent += chunk.length) {
        await Promise.race([isOver, new Promise((resolve) => socket.write(chunk, resolve))]);
      }
      return over ?? isOver;
    },
  };
}

const ping: Buffer = frame(opcodes.ping);
/** The first fragment of a message that never ends. */
const firstFragment: Buffer = frame(opcodes.text, '4', false);
/** A 1-byte fragment in a large chunk, followed by empty frames that do not belong to the message. */
const paddedFragment = (opcode: number): Buffer =>
  Buffer.concat([
    frame(opcodes.continuation, 'x', false),
    ...Array.from({ length: 9_000 }, () => frame(opcode)),
  ]);

/** What an attacker sends repeatedly, what it sends before, and whether it reads the answers. */
export interface Flood {
  rule: string;
  bytes: Buffer;
  first?: Buffer;
  reads: boolean;
  /** The reason for which the server ends the connection. */
  reason: 'too-many-packets' | 'malformed-frame' | 'second-connect' | 'not-reading';
}

/** Each of these made a server's memory grow, or kept it from serving others. */
export const floods: readonly Flood[] = [
  { rule: '[C6] pings, not reading', bytes: ping, reads: false, reason: 'too-many-packets' },
  { rule: '[C6] second CONNECTs, not reading', bytes: text('40'), reads: false, reason: 'second-connect' },
  {
    rule: '[P9] CONNECTs to another namespace',
    bytes: text('40/x,'),
    reads: false,
    reason: 'second-connect',
  },
  {
    rule: '[P9] CONNECTs to a namespace with a long name',
    bytes: text(`40/${'x'.repeat(900)},`),
    reads: false,
    reason: 'second-connect',
  },
  { rule: '[C11] events', bytes: text('42["x"]'), reads: true, reason: 'too-many-packets' },
  { rule: '[C11] heartbeats', bytes: text('3'), reads: true, reason: 'too-many-packets' },
  { rule: '[C11] pings', bytes: ping, reads: true, reason: 'too-many-packets' },
  { rule: '[C11] pongs', bytes: frame(opcodes.pong), reads: true, reason: 'too-many-packets' },
  {
    rule: '[C11] fragments between pongs',
    first: firstFragment,
    bytes: paddedFragment(opcodes.pong),
    reads: true,
    reason: 'too-many-packets',
  },
  {
    rule: '[C11] fragments between pings',
    first: firstFragment,
    bytes: paddedFragment(opcodes.ping),
    reads: false,
    reason: 'too-many-packets',
  },
  {
    rule: '[C11] fragments without end',
    first: firstFragment,
    bytes: frame(opcodes.continuation, '', false),
    reads: true,
    reason: 'malformed-frame',
  },
  {
    rule: '[C11] frames that break the WebSocket protocol',
    bytes: frame(opcodes.continuation),
    reads: true,
    reason: 'malformed-frame',
  },
];
