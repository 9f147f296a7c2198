/** The server's socket. */
export interface ConnectionTarget {
  /** Scheme, host and port of the server. */
  readonly origin: string;
  /** The path of the socket on that server, such as `/socket.io`. */
  readonly path: string;
  readonly namespace: string;
}

/** The handshake of a page. A field that is `undefined` is not sent. */
export interface Handshake {
  readonly v: number;
  readonly member: string;
  readonly token: string | undefined;
  /** The newest resume token that a server has sent. */
  resume?: string;
}

/** What a connection reports. It calls no handler before `connect` has returned. */
export interface ConnectionHandlers {
  /** The server sent a total. The arguments are not validated. */
  total(total: unknown, details: unknown): void;
  /**
   * The connection could not be made, or is lost. Called once, as the last handler.
   *
   * @param reason The code of the protocol, if the server rejected the connection.
   */
  ended(reason: string | undefined): void;
}

/** One connection, from its first attempt to its end. */
export interface Connection {
  /** Closes it; no handler is called afterwards. May be called twice. */
  close(): void;
}

/** Opens one connection. It never retries: the client does that. */
export type Connect = (
  target: ConnectionTarget,
  handshake: Handshake,
  handlers: ConnectionHandlers,
) => Connection;
