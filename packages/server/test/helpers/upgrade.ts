import { once } from 'node:events';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request for a WebSocket, as bytes. */
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

/** The same as nginx passes it on by default: by HTTP/1.0, without the hop-by-hop headers. */
export function upgradeWithoutHeaders(path = '/socket.io/'): string {
  return upgradeRequest('https://a.example')
    .replace('/socket.io/', path)
    .replace('HTTP/1.1', 'HTTP/1.0')
    .replace('Connection: Upgrade\r\nUpgrade: websocket', 'Connection: close');
}

/** The result of an upgrade. */
export interface Upgraded {
  /** The status of the answer: 101 for a WebSocket, which is held until `leave()` or the end of the test. */
  status: number;
  leave(): void;
}

/**
 * Asks for a WebSocket, and joins, without a client's own bookkeeping, so that a test can do it a thousand times. Pings
 * are not answered.
 *
 * @param auth of the CONNECT; as JSON at most 123 bytes.
 */
export async function upgrade(
  port: number,
  origin: string,
  headers: readonly string[] = [],
  auth: object = {},
): Promise<Upgraded> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  socket.write(upgradeRequest(origin, { headers }));
  const [head] = (await once(socket, 'data')) as [Buffer];
  // What comes after it is read, and not looked at.
  socket.resume();
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(String(head))?.[1]);
  if (status === 101) {
    const connectPacket = Buffer.from(`40${JSON.stringify(auth)}`);
    // A whole text frame under a mask of zeros (RFC 6455, 5.2).
    socket.write(
      Buffer.concat([Buffer.from([0x81, 0x80 | connectPacket.length, 0, 0, 0, 0]), connectPacket]),
    );
  }
  return { status, leave: () => void socket.destroy() };
}
