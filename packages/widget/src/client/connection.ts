/** Where a connection goes. */
export interface ConnectionTarget {
  /** Scheme, host and port of the server. */
  readonly origin: string;
  /** The path of the socket on that server, such as `/socket.io`. */
  readonly path: string;
  readonly namespace: string;
}

/** What the page says of itself. On the wire a field that is `undefined` is left out. */
export interface Handshake {
  readonly v: number;
  readonly member: string;
  readonly token: string | undefined;
  /** The newest word that a server has said about this page, for the server it connects to next. */
  server?: string;
}

/** What a connection tells, never before `connect` has returned. */
export interface ConnectionHandlers {
  /** The server said a total. Both arguments are as they came, unchecked. */
  total(total: unknown, details: unknown): void;
  /**
   * The connection could not be made, or is lost. Comes once, as the last.
   *
   * @param reason Where the server refused the page: its reason, in the words of the protocol.
   */
  ended(reason: string | undefined): void;
}

/** One connection, from its first attempt to its end. */
export interface Connection {
  /** Ends it; no handler is called any more. May be called twice. */
  close(): void;
}

/** Opens one connection and never tries again: when to try again is the client's business. */
export type Connect = (
  target: ConnectionTarget,
  handshake: Handshake,
  handlers: ConnectionHandlers,
) => Connection;
