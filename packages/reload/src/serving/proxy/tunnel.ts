import { STATUS_CODES, type IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { pipeline, type Duplex } from 'node:stream';
import { closeWithin } from '@live-online/internal/reject-upgrade';
import { DEADLINES } from '../../http/own-server.ts';
import type { HeaderList } from './headers.ts';

/** The maximum of bytes that are buffered before the backend responds to an upgrade. Then the socket is paused. */
const MAX_EARLY_BYTES = 64 << 10;
/** How long a browser may take to close its connection after a rejection, in ms. */
const CLOSE_MS = 1_000;

/**
 * Reads a connection before the backend has responded to its upgrade. Without reading, its end would not be noticed.
 *
 * @returns a function that stops reading, and returns the bytes for the backend
 */
export function bufferEarly(socket: Duplex, head: Buffer): () => Buffer {
  const chunks = [head];
  let bytes = head.length;
  const keep = (chunk: Buffer): void => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_EARLY_BYTES) socket.pause();
  };
  const onEnd = (): void => void socket.destroy();
  socket.on('data', keep);
  socket.once('end', onEnd);
  return () => {
    socket.pause();
    socket.off('data', keep);
    socket.off('end', onEnd);
    return Buffer.concat(chunks);
  };
}

export interface Tunnel {
  socket: Duplex;
  accepted: IncomingMessage;
  headers: HeaderList;
  /** The connection to the backend, and the bytes that followed its response. */
  upstream: Duplex;
  first: Buffer;
  /** The bytes that the browser has sent after its request. */
  early: Buffer;
}

/** Forwards the response of a backend that accepts an upgrade, and then all bytes in both directions. */
export function joinTunnel({ socket, accepted, headers, upstream, first, early }: Tunnel): void {
  const upgrade = accepted.headers.upgrade ?? 'websocket';
  writeHead(socket, accepted, [...headers, ['Connection', 'Upgrade'], ['Upgrade', upgrade]]);
  if (first.length > 0) socket.write(first);
  if (early.length > 0) upstream.write(early);
  upstream.on('error', () => socket.destroy());
  socket.on('error', () => upstream.destroy());
  upstream.once('close', () => finish(socket));
  socket.once('close', () => finish(upstream));
  upstream.pipe(socket);
  socket.pipe(upstream);
}

/** Forwards the response of a backend that rejects an upgrade, and ends the connection. */
export function forwardRejection(socket: Duplex, rejected: IncomingMessage, headers: HeaderList): void {
  // The end of the connection is the end of the body.
  const framed = headers.filter(([name]) => name.toLowerCase() !== 'content-length');
  writeHead(socket, rejected, [...framed, ['Connection', 'close']]);
  endUnread(socket);
  pipeline(rejected, socket, () => closeWithin(socket, CLOSE_MS));
}

function writeHead(
  socket: Duplex,
  { statusCode, statusMessage }: IncomingMessage,
  headers: HeaderList,
): void {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const reason = statusMessage || STATUS_CODES[statusCode!];
  socket.write(`HTTP/1.1 ${statusCode} ${reason}\r\n${lines}\r\n`, 'latin1');
}

/** Ends a connection after it has sent what was written: the other side may close right after its last bytes. */
function finish(stream: Duplex): void {
  if (stream.writableFinished) return void stream.destroy();
  stream.once('finish', () => stream.destroy());
  endUnread(stream);
  stream.end();
}

/** Destroys a connection whose other side has stopped reading. */
function endUnread(stream: Duplex): void {
  if (!(stream instanceof Socket)) return;
  stream.setTimeout(DEADLINES.unreadMs, () => {
    if (stream.writableLength > 0) stream.destroy();
  });
}
