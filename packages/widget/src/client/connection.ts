import type { CounterHandshake } from '@live-online/protocol';

/** Where a connection goes. */
export interface ConnectionTarget {
  /** Scheme, host and port of the server. */
  readonly origin: string;
  /** The path of the socket on that server, such as `/socket.io`. */
  readonly path: string;
  readonly namespace: string;
}

/** What a connection tells, never before `connect` has returned. `refused` or `lost` comes once, as the last. */
export interface ConnectionHandlers {
  /** The server said a total. Both arguments are as they came, unchecked. */
  total(total: unknown, details: unknown): void;
  /** The server let the page not in, for a reason of the protocol. */
  refused(reason: string): void;
  /** The connection could not be made, or has ended. */
  lost(): void;
}

/** One connection, from its first attempt to its end. */
export interface Connection {
  /** Ends it; no handler is called any more. May be called twice. */
  close(): void;
}

/** Opens one connection and never tries again: when to try again is the client's business. */
export type Connect = (
  target: ConnectionTarget,
  handshake: CounterHandshake,
  handlers: ConnectionHandlers,
) => Connection;
