import { once } from 'node:events';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request for a WebSocket, as it goes over the wire. */
export function upgradeRequest(
  origin: string,
  { transport = 'websocket', connection = 'Upgrade', headers = [] as readonly string[] } = {},
): string {
  return [
    `GET /socket.io/?EIO=4&transport=${transport} HTTP/1.1`,
    'Host: x',
    `Origin: ${origin}`,
    `Connection: ${connection}`,
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ...headers,
    '\r\n',
  ].join('\r\n');
}

/** Where an upgrade leads. */
export interface Upgraded {
  /** The status of the answer: 101 for a WebSocket, which is held until `leave()` or the end of the test. */
  status: number;
  /** Sends a message of at most 125 bytes, which need not be one of Socket.IO's. */
  say(message: string): void;
  leave(): void;
}

/** Asks for a WebSocket without a client's own bookkeeping, so that a test can do it a thousand times. */
export async function upgrade(
  port: number,
  origin: string,
  headers: readonly string[] = [],
): Promise<Upgraded> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  socket.write(upgradeRequest(origin, { headers }));
  const [head] = (await once(socket, 'data')) as [Buffer];
  // What comes after it is read, and not looked at.
  socket.resume();
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(String(head))?.[1]),
    say(message) {
      const payload = Buffer.from(message);
      // A whole text frame under a mask of zeros (RFC 6455, 5.2).
      socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]));
    },
    leave: () => void socket.destroy(),
  };
}
