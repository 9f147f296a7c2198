import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer, type ServerOptions } from 'ws';
import { TokenBucket } from './token-bucket.ts';

/** Why a WebSocket was terminated: its client sent too much, or did not read. */
export type BoundExceeded = 'too-many-packets' | 'not-reading';

export interface WebSocketBounds {
  /** Most bytes that may wait to be written to a connection. Beyond it the connection is destroyed. */
  maxWaitingBytes: number;
  /** How many frames a client may send at once, and per second in the long run. */
  packets: { burst: number; perSecond: number };
  /** How long a client may take to answer a close frame before its connection is destroyed, in ms. */
  closeTimeoutMs: number;
  /** Called for each connection that is terminated because it exceeded a bound. */
  onExceeded: (reason: BoundExceeded) => void;
}

type Write = (chunk: unknown, encoding?: unknown, callback?: unknown) => boolean;

/**
 * A WebSocket server, for Engine.IO's `wsEngine`, whose connections hold a bounded amount of memory and take a bounded
 * amount of time, whatever a client sends and whether it reads or not.
 */
export function boundedWebSockets(bounds: WebSocketBounds): typeof WebSocketServer {
  const { maxWaitingBytes, packets, closeTimeoutMs, onExceeded } = bounds;

  /** In place of a socket's own: what is written and not yet taken by the system is bounded, whoever writes it. */
  function boundedWrite(this: Duplex, chunk: unknown, encoding?: unknown, callback?: unknown): boolean {
    const flowing = (Duplex.prototype.write as Write).call(this, chunk, encoding, callback);
    if (this.writableLength > maxWaitingBytes && !this.destroyed) {
      onExceeded('not-reading');
      this.destroy();
    }
    return flowing;
  }

  class BoundedWebSocket extends WebSocket {
    readonly #packets = new TokenBucket(packets.burst, packets.perSecond, performance.now());

    /** Everything that a client sends arrives as one of these events, control frames included. */
    override emit(event: string, ...details: unknown[]): boolean {
      if (event === 'message' || event === 'ping' || event === 'pong') {
        if (this.readyState === WebSocket.CLOSED || !this.#packets.take(performance.now()))
          return this.#exceed();
      }
      return super.emit(event, ...details);
    }

    #exceed(): false {
      // What came in the same chunk still follows.
      if (this.readyState === WebSocket.OPEN) onExceeded('too-many-packets');
      this.terminate();
      return false;
    }
  }

  return class extends WebSocketServer {
    constructor(options: ServerOptions) {
      super({
        ...options,
        WebSocket: BoundedWebSocket,
        closeTimeout: closeTimeoutMs,
        // A fragment keeps the whole chunk alive that it came in. No client of ours sends any.
        maxFragments: 8,
        maxBufferedChunks: 64,
        maxPendingAutoPongs: 4,
      } as ServerOptions);
    }

    override handleUpgrade(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      done: (client: WebSocket, request: IncomingMessage) => void,
    ): void {
      socket.write = boundedWrite as Duplex['write'];
      super.handleUpgrade(request, socket, head, done);
    }
  } as unknown as typeof WebSocketServer;
}
