import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * What arrives, in the first `length` bytes of `data`, which are overwritten by the next read of any connection.
 *
 * @returns whether reading continues, as `push()` of a stream does.
 */
export type ReadListener = (this: Socket, length: number, data: Buffer) => boolean;

/** As long as a read of Node is at most. */
const shared = Buffer.allocUnsafeSlow(65_536);

/** What `onread`, an option of `new Socket()`, sets. Sockets that a server accepts do not have that option. */
type SocketInternals = Record<symbol, unknown> & {
  readonly _handle?: { readonly useUserBuffer?: (buffer: Buffer) => void } | null;
};

let symbols: { buffer: symbol; listener: symbol } | undefined;

/**
 * Lets an accepted socket read into one buffer that all of them share, and calls `listener` instead of emitting 'data'.
 *
 * Node allocates 64 kB for each read and gives the rest back. With thousands of connections that send a few bytes now and
 * then, the garbage collector runs for it as often as for all else together.
 *
 * @returns whether it does. In a version of Node with other internals it does not, and the socket emits 'data' as before.
 */
export function readIntoSharedBuffer(socket: Duplex, listener: ReadListener): boolean {
  if (!(socket instanceof Socket)) return false;
  const internals = socket as unknown as SocketInternals;
  const handle = internals._handle;
  symbols ??= findSymbols(socket);
  if (!symbols || typeof handle?.useUserBuffer !== 'function') return false;
  internals[symbols.listener] = listener;
  internals[symbols.buffer] = shared;
  handle.useUserBuffer(shared);
  return true;
}

function findSymbols(socket: Socket): typeof symbols {
  const own = Object.getOwnPropertySymbols(socket);
  const buffer = own.find(({ description }) => description === 'kBuffer');
  const listener = own.find(({ description }) => description === 'kBufferCb');
  return buffer && listener && { buffer, listener };
}
