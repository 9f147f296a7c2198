import { STATUS_CODES, type IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { pipeline, type Duplex } from 'node:stream';
import { closeWithin } from '@live-online/internal/reject-upgrade';
import { DEADLINES } from '../../http/own-server.ts';
import type { HeaderList } from './headers.ts';

/** How much of what a browser sends before its upgrade is answered is kept; the rest waits on its side. */
const MAX_EARLY_BYTES = 64 << 10;
/** How long a browser may take to close its connection after a rejection, in ms. */
const CLOSE_MS = 1_000;

/**
 * Reads a connection whose upgrade has not been answered yet: otherwise nobody would notice its end.
 *
 * @returns stops reading, and returns what has come for the backend.
 */
export function readEarly(socket: Duplex, head: Buffer): () => Buffer {
  const chunks = [head];
  let bytes = head.length;
  const keep = (chunk: Buffer): void => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_EARLY_BYTES) socket.pause();
  };
  const gone = (): void => void socket.destroy();
  socket.on('data', keep);
  socket.once('end', gone);
  return () => {
    socket.pause();
    socket.off('data', keep);
    socket.off('end', gone);
    return Buffer.concat(chunks);
  };
}

export interface Tunnel {
  socket: Duplex;
  answer: IncomingMessage;
  headers: HeaderList;
  /** The backend's end, with what came right after its answer. */
  upstream: Duplex;
  first: Buffer;
  /** What the browser has sent after its request. */
  early: Buffer;
}

/** Passes on the answer of a backend that takes an upgrade, and everything after it both ways. */
export function joinTunnel({ socket, answer, headers, upstream, first, early }: Tunnel): void {
  const upgrade = answer.headers.upgrade ?? 'websocket';
  writeHead(socket, answer, [...headers, ['Connection', 'Upgrade'], ['Upgrade', upgrade]]);
  if (first.length > 0) socket.write(first);
  if (early.length > 0) upstream.write(early);
  upstream.on('error', () => socket.destroy());
  socket.on('error', () => upstream.destroy());
  upstream.once('close', () => finish(socket));
  socket.once('close', () => finish(upstream));
  upstream.pipe(socket);
  socket.pipe(upstream);
}

/** Passes on the answer of a backend that does not take an upgrade, and ends the connection. */
export function passRejection(socket: Duplex, answer: IncomingMessage, headers: HeaderList): void {
  // The end of the connection is the end of the body.
  const framed = headers.filter(([name]) => name.toLowerCase() !== 'content-length');
  writeHead(socket, answer, [...framed, ['Connection', 'close']]);
  endUnread(socket);
  pipeline(answer, socket, () => closeWithin(socket, CLOSE_MS));
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

/** Ends a connection once it has taken what was written to it: the other side may have closed right behind its last word. */
function finish(stream: Duplex): void {
  if (stream.writableFinished) return void stream.destroy();
  stream.once('finish', () => stream.destroy());
  endUnread(stream);
  stream.end();
}

/** Ends a connection whose other side has stopped reading. */
function endUnread(stream: Duplex): void {
  if (!(stream instanceof Socket)) return;
  stream.setTimeout(DEADLINES.unreadMs, () => {
    if (stream.writableLength > 0) stream.destroy();
  });
}
