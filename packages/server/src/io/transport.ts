import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ConnectionBounds } from '@live-online/internal/bounded-web-sockets';
import type { Counter } from '../core/counter.ts';
import type { CounterStats } from '../core/stats.ts';
import type { HandshakeGuard } from './admission/handshake-guard.ts';

/** What one connection may cost. */
export type TransportBounds = Omit<ConnectionBounds, 'onTerminated'>;

/** The transports of Engine.IO that clients may use. */
export type TransportName = 'websocket' | 'polling';

/** What serves the connections: the counter's own implementation of the protocol, or stock Socket.IO. */
export type EngineName = 'lean' | 'socket.io';

/** The ping of clients. A client that vanished is noticed after at most the sum of the two. [C8] */
export interface Heartbeat {
  intervalMs: number;
  timeoutMs: number;
}

/** 12.5 s. */
export const DEFAULT_HEARTBEAT: Heartbeat = { intervalMs: 7_500, timeoutMs: 5_000 };
/** How long a connection may stay without a CONNECT, in ms. */
export const JOIN_TIMEOUT_MS = 5_000;

/** What every transport of the counter's own connections is given. */
export interface TransportOptions {
  counter: Counter;
  handshakeGuard: HandshakeGuard;
  stats: CounterStats;
  bounds: TransportBounds;
  /** How long `close()` waits for the closing handshakes before it destroys the connections, in ms. */
  closeTimeoutMs: number;
  heartbeat: Heartbeat;
  /** Called before a connection is counted. It may close connections, this one included. */
  beforeJoin: () => void;
  /** Called with each connection when it has a session. */
  onEstablished: (connection: Duplex) => void;
}

/**
 * Serves the protocol on the connections that it is given, independent of ports, routes and hosts. There are two: the
 * lean one, which speaks Engine.IO and Socket.IO itself, and stock Socket.IO.
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
