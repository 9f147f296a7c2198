import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer, type ServerOptions } from 'ws';
import { TokenBucket } from './token-bucket.ts';

/**
 * Why a connection was terminated: its client sent too much, did not read, sent frames that break the WebSocket protocol,
 * or sent a CONNECT that is not its first to the main namespace.
 */
export type TerminationReason = 'too-many-packets' | 'not-reading' | 'malformed-frame' | 'second-connect';

/** What one connection may cost. */
export interface ConnectionBounds {
  /** Most bytes that may wait to be written to a connection. Above it the connection is destroyed. */
  maxWaitingBytes: number;
  /** How many packets or frames a client may send at once, and per second in the long run. */
  packets: { burst: number; perSecond: number };
  /** How long a client may take to answer a close before its connection is destroyed, in ms. */
  closeTimeoutMs: number;
  /** Called for each connection that is terminated because it exceeded a bound. */
  onTerminated: (reason: TerminationReason) => void;
}

type Write = (chunk: unknown, encoding?: unknown, callback?: unknown) => boolean;

/**
 * The WebSocket server of Engine.IO (its `wsEngine`), with connections that hold a bounded amount of memory and take a
 * bounded amount of time, whatever a client sends and whether it reads or not.
 */
export function boundedWebSockets(bounds: ConnectionBounds): typeof WebSocketServer {
  const { maxWaitingBytes, packets, closeTimeoutMs, onTerminated } = bounds;

  /** In place of a socket's own: what the system has not taken yet is bounded, whoever has written it. */
  function boundedWrite(this: Duplex, chunk: unknown, encoding?: unknown, callback?: unknown): boolean {
    const flowing = (Duplex.prototype.write as Write).call(this, chunk, encoding, callback);
    if (this.writableLength > maxWaitingBytes && !this.destroyed) {
      onTerminated('not-reading');
      this.destroy();
    }
    return flowing;
  }

  class BoundedWebSocket extends WebSocket {
    readonly #packets = new TokenBucket(packets.burst, packets.perSecond, performance.now());

    /** Everything that a client sends arrives as one of these events, control frames included. */
    override emit(event: string, ...details: unknown[]): boolean {
      if (event === 'error' && isProtocolError(details[0])) {
        onTerminated('malformed-frame');
        // The close frame is on its way; waiting for an answer would mean to read what else the client sends.
        this.terminate();
      }
      const received = event === 'message' || event === 'ping' || event === 'pong';
      if (!received || this.#packets.take(performance.now())) return super.emit(event, ...details);
      // Frames that came in the same chunk still follow.
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
        // A fragment keeps the chunk alive that it came in, which may be a thousand times as large.
        maxFragments: 8,
        maxBufferedChunks: 64,
        // A second line: the budget of frames ends such a connection first.
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
      socket.write = boundedWrite as Duplex['write'];
      super.handleUpgrade(request, socket, head, done);
    }
  } as unknown as typeof WebSocketServer;
}

/** Whether the frames themselves were wrong, and not the connection lost. */
function isProtocolError(error: unknown): boolean {
  return (error as { code?: string } | undefined)?.code?.startsWith('WS_ERR_') ?? false;
}
