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
  /** The path that the member is on, if the client counts pages. */
  page?: string | undefined;
  /** How many tabs the member has; absent means 1. */
  tabs?: number;
}

/**
 * Opens one connection. It never retries: the client does that.
 *
 * @param onTotal The server sent a total, or the count of the page. The arguments are not validated.
 * @param onEnd The connection could not be made, or is lost. Called once, as the last callback, and not before `connect`
 *   has returned. `code` is that of a rejection, not validated.
 * @param failures How many attempts in a row have failed.
 * @returns A function that closes it; nothing is called afterwards. May be called twice.
 */
export type Connect = (
  target: ConnectionTarget,
  handshake: Handshake,
  onTotal: (total: unknown, details?: { stale?: unknown; resume?: unknown } | null, page?: unknown) => void,
  onEnd: (code?: unknown) => void,
  failures?: number,
) => () => void;

/** What a page may ask for beyond the total of its tabs. */
export interface MoreOptions {
  /** Who is one member: each tab, or all tabs of a browser together. */
  readonly count?: string | undefined;
  /** Whether the number of members on this page is counted, too. */
  readonly scope?: string | undefined;
  /** Not `undefined`: a hidden tab has no connection. */
  readonly freeze?: string | undefined;
}

/** The export `connect` of `live-online.more.js`: a `Connect` with options, and with server-sent events. */
export type ConnectMore = (
  options: MoreOptions | false | undefined,
  ...args: Parameters<Connect>
) => ReturnType<Connect>;
