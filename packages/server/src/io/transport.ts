import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ConnectionBounds } from '@live-online/internal/bounded-web-sockets';

/** What one connection may cost. */
export type TransportBounds = Omit<ConnectionBounds, 'onTerminated'>;

/** The transports of Engine.IO that clients may use. */
export type TransportName = 'websocket' | 'polling';

/**
 * Serves the protocol on the connections that it is given, independent of ports, routes and hosts. Stock Socket.IO is one;
 * another implementation of the protocol may take its place.
 */
export interface CounterTransport {
  /** Answers a request below the socket path that is no upgrade. */
  handleRequest(request: IncomingMessage, response: ServerResponse): void;
  /** Serves an upgrade below the socket path. The transport owns the socket. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Rejects new connections. Existing ones stay. */
  lock(): void;
  /** Destroys all connections at once, without a closing handshake: after a sleep, their clients have disconnected. */
  destroyConnections(): void;
  /** Closes all connections, so that clients reconnect elsewhere. */
  close(): Promise<void>;
}
