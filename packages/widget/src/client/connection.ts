/** The server's socket, and the token of the site. The order of the fields is the same everywhere: see shared-client.ts. */
export interface ConnectionTarget {
  /** Scheme, host and port of the server. */
  readonly origin: string;
  /** The path of the socket on that server, such as `/socket.io`. */
  readonly path: string;
  readonly namespace: string;
  readonly token: string | undefined;
}

/** The handshake of a page. A field that is `undefined` is not sent. */
export interface Handshake {
  readonly v: number;
  readonly member: string;
  readonly token: string | undefined;
  /** The newest resume token that a server has sent. */
  resume?: string;
}

/**
 * Opens one connection. It never retries: the client does that.
 *
 * @param onTotal The server sent a total. The arguments are not validated.
 * @param onEnd The connection could not be made, or is lost. Called once, as the last callback, and not before `connect`
 *   has returned. `code` is that of a rejection, not validated.
 * @returns A function that closes it; nothing is called afterwards. May be called twice.
 */
export type Connect = (
  target: ConnectionTarget,
  handshake: Handshake,
  onTotal: (total: unknown, details?: { stale?: unknown; resume?: unknown } | null) => void,
  onEnd: (code?: unknown) => void,
) => () => void;
