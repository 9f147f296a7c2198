import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer, type ServerOptions } from 'ws';
import { TokenBucket } from './token-bucket.ts';

/**
 * Why a connection was terminated: its client sent too many packets, did not read, violated the WebSocket protocol, or
 * sent a CONNECT that is not the first one to the main namespace.
 */
export type TerminationReason = 'too-many-packets' | 'not-reading' | 'malformed-frame' | 'second-connect';

/** The bounds of one connection. */
export interface ConnectionBounds {
  /** The maximum of bytes that wait to be written to a connection. Above it the connection is destroyed. */
  maxWaitingBytes: number;
  /** How many packets or frames a client may send at once, and per second in the long run. */
  packets: { burst: number; perSecond: number };
  /** How long a client may take to answer a close before its connection is destroyed, in ms. */
  closeTimeoutMs: number;
  /** Called for each connection that is terminated because it exceeded a bound. */
  onTerminated: (reason: TerminationReason) => void;
}

type Write = (chunk: unknown, encoding?: unknown, callback?: unknown) => boolean;

/** The bounds of a socket whose `write` is replaced. */
const BOUNDS = Symbol('bounds');
type BoundedSocket = Duplex & { [BOUNDS]: WriteBounds };

/** The bounds of what waits to be written. */
export type WriteBounds = Pick<ConnectionBounds, 'maxWaitingBytes' | 'onTerminated'>;

/** Destroys a socket as soon as more bytes than allowed wait to be written by any of its users. */
export function boundWrites(socket: Duplex, bounds: WriteBounds): void {
  (socket as BoundedSocket)[BOUNDS] = bounds;
  socket.write = boundedWrite as Duplex['write'];
}

/** Replaces the socket's own `write`, so that the bound holds for all bytes that the system has not taken yet. */
function boundedWrite(this: BoundedSocket, chunk: unknown, encoding?: unknown, callback?: unknown): boolean {
  const flowing = (Duplex.prototype.write as Write).call(this, chunk, encoding, callback);
  const { maxWaitingBytes, onTerminated } = this[BOUNDS];
  if (this.writableLength > maxWaitingBytes && !this.destroyed) {
    onTerminated('not-reading');
    this.destroy();
  }
  return flowing;
}

/**
 * A WebSocket server for Engine.IO (its `wsEngine`) that bounds the memory and time of each connection, whatever the client
 * sends and whether it reads or not.
 */
export function boundedWebSockets(bounds: ConnectionBounds): typeof WebSocketServer {
  const { packets, closeTimeoutMs, onTerminated } = bounds;

  class BoundedWebSocket extends WebSocket {
    readonly #packets = new TokenBucket(packets.burst, packets.perSecond, performance.now());

    /** All frames of a client, control frames included, arrive as one of these events. */
    override emit(event: string, ...details: unknown[]): boolean {
      if (event === 'error' && isProtocolError(details[0])) {
        onTerminated('malformed-frame');
        // `ws` has sent the close frame. Waiting for the answer would mean reading what else the client sends.
        this.terminate();
      }
      const received = event === 'message' || event === 'ping' || event === 'pong';
      if (!received || this.#packets.take(performance.now())) return super.emit(event, ...details);
      // More frames of the same chunk follow.
      if (this.readyState === WebSocket.OPEN) onTerminated('too-many-packets');
      this.terminate();
      return false;
    }
  }

  return class extends WebSocketServer {
    constructor(options: ServerOptions) {
      const bounded = {
        ...options,
        WebSocket: BoundedWebSocket,
        closeTimeout: closeTimeoutMs,
        // A fragment keeps its whole chunk in memory, which may be a thousand times as large.
        maxFragments: 8,
        maxBufferedChunks: 64,
        // Not reached in practice: the token bucket ends such a connection first.
        maxPendingAutoPongs: 2 * packets.burst,
      };
      super(bounded);
    }

    override handleUpgrade(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      done: (client: WebSocket, request: IncomingMessage) => void,
    ): void {
      boundWrites(socket, bounds);
      super.handleUpgrade(request, socket, head, done);
    }
  } as unknown as typeof WebSocketServer;
}

/** Whether the client violated the protocol. A lost connection is no such error. */
function isProtocolError(error: unknown): boolean {
  return (error as { code?: string } | undefined)?.code?.startsWith('WS_ERR_') ?? false;
}
