import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A client on a bare TCP connection that has upgraded to a WebSocket, and from there on does as it likes. */
export interface Attacker {
  socket: Socket;
  /** How many bytes it has handed to the system since the upgrade. */
  sent(): number;
  /** Everything it has read since the upgrade, where it reads. */
  received(): string;
  /** Sends `bytes` again and again until the server ends the connection, `maxBytes` are sent or `maxMs` have passed. Returns whether the server has ended it. */
  flood(bytes: Buffer, limits: { maxBytes: number; maxMs: number }): Promise<boolean>;
}

/** WebSocket opcodes (RFC 6455, 5.2). */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A frame as clients send it, masked with zeros so that its payload can be read. */
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
  /** The CONNECT that it sends before it waits for its total; `undefined` for none. @default 40 */
  connect?: string | undefined;
  /** More of the query, such as `&a=b`, and of the headers, each with its line break. */
  query?: string;
  headers?: string;
  /** Whether it goes on reading afterwards. @default false */
  reads?: boolean;
}

export async function openAttacker(options: AttackerOptions): Promise<Attacker> {
  const {
    port,
    socketPath,
    origin = 'https://attacker.example',
    reads = false,
    query = '',
    headers = '',
  } = options;
  const packet = 'connect' in options ? options.connect : '40';
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  let received = '';
  const receive = (chunk: Buffer): void => void (received += chunk.toString('latin1'));
  socket.on('data', receive);
  const until = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(received)) await once(socket, 'data');
  };
  socket.write(
    `GET ${socketPath}?EIO=4&transport=websocket${query} HTTP/1.1\r\nHost: a\r\nOrigin: ${origin}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n${headers}\r\n`,
  );
  await until(/\r\n\r\n[\s\S]*0\{/);
  if (packet !== undefined) {
    socket.write(text(packet));
    await until(/42\["total"/);
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
