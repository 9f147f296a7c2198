import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HeaderList } from './map-headers.ts';

export interface Tunnel {
  socket: Duplex;
  answer: IncomingMessage;
  headers: HeaderList;
  /** The backend's end, where it took the upgrade, with what came right after its answer. */
  upstream?: Duplex;
  first?: Buffer;
  /** What the browser sent right after its request. */
  head?: Buffer;
}

/** Passes an upgrade's answer on and, where it was taken, everything after it both ways. */
export function joinTunnel({ socket, answer, headers, upstream, first, head }: Tunnel): void {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const status = `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage || STATUS_CODES[answer.statusCode!]}\r\n`;
  if (!upstream) {
    // The end of the connection is the end of the body.
    const framing = headers.filter(([name]) => name.toLowerCase() !== 'content-length');
    const kept = framing.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    socket.write(`${status}${kept}Connection: close\r\n\r\n`, 'latin1');
    answer.pipe(socket);
    return;
  }
  socket.write(
    `${status}${lines}Connection: Upgrade\r\nUpgrade: ${answer.headers.upgrade ?? 'websocket'}\r\n\r\n`,
    'latin1',
  );
  if (first && first.length > 0) socket.write(first);
  if (head && head.length > 0) upstream.write(head);
  upstream.on('error', () => socket.destroy());
  socket.on('error', () => upstream.destroy());
  upstream.once('close', () => finish(socket));
  socket.once('close', () => finish(upstream));
  upstream.pipe(socket);
  socket.pipe(upstream);
}

/** Ends a connection once it has taken what was written to it: the other side may have closed right behind its last word. */
function finish(stream: Duplex): void {
  if (stream.writableFinished) return void stream.destroy();
  stream.once('finish', () => stream.destroy());
  stream.end();
}
