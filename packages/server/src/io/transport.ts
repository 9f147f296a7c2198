import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ConnectionBounds } from '@live-online/internal/bounded-web-sockets';

/** What one connection may cost. */
export type TransportBounds = Omit<ConnectionBounds, 'onTerminated'>;

/** By which of Engine.IO's transports visitors may come in. */
export type TransportName = 'websocket' | 'polling';

/**
 * The way visitors come in: it speaks the wire protocol on connections it is handed, and knows nothing of
 * ports, routes or hosts. Stock Socket.IO is one; any other that speaks the same protocol may take its place.
 */
export interface CounterTransport {
  /** A request below the socket path that is no upgrade. The transport answers it. */
  handleRequest(request: IncomingMessage, response: ServerResponse): void;
  /** An upgrade below the socket path. The transport owns the socket from now on. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Takes in nobody any more. Those who are here stay. */
  lock(): void;
  /** Ends every connection at once, without a word: for those whose other end has given up long ago. */
  cut(): void;
  /** Ends every connection in a way that lets clients come back elsewhere. */
  close(): Promise<void>;
}
