/** The messages of the counter as Socket.IO event maps. PROTOCOL.md states them as numbered rules. */

/** Details of a total. Receivers ignore fields that they do not know. [P6] */
export interface TotalDetails {
  /** `true` if the total is the last known one and may be old. Otherwise absent. */
  stale?: boolean;
  /**
   * The resume token of this connection: 1 to 64 letters, digits, `_`, `.` or `-`. The client keeps the newest one in
   * memory, sends it as `resume` when it connects again, and does not parse it.
   */
  resume?: string;
}

/** Events from the server to a client. */
export interface CounterServerEvents {
  /**
   * How many members are on the client's site now, the client itself included. [P6]
   *
   * @param total A safe integer, at least 0.
   * @param details Absent if there are none.
   */
  total: (total: number, details?: TotalDetails) => void;
}

/** Events from a client to the server: none. A client sends nothing after its handshake. [P9] */
export type CounterClientEvents = Record<never, never>;

/** What a client may send as Socket.IO's `auth`. Every field is optional. [P4] */
export interface CounterHandshake {
  /** The protocol version of the client; `1` if absent. */
  v?: number;
  /**
   * A random id that the page makes in memory and never stores: 8 to 64 letters, digits, `-` or `_`. A newer connection
   * of the same member on the same site replaces the older one. If absent, each connection is a member of its own.
   */
  member?: string;
  /** The site's token, if the server requires one: 1 to 256 characters. */
  token?: string;
  /** The newest resume token that the client has received in the details of a total. */
  resume?: string;
}

/**
 * Why the server rejects a CONNECT: [P5]
 * - `site-not-listed`: the site is not on the server's allowlist
 * - `token-wrong`: the site requires a token, which was missing or wrong
 * - `handshake-invalid`: the handshake breaks the protocol; the message says where
 * - `version-unsupported`: the client's protocol version is newer than the server's
 * - `full`: a limit on connections or sites is reached (only where the server cannot reject the HTTP request)
 */
export type RejectionCode =
  | 'site-not-listed'
  | 'token-wrong'
  | 'handshake-invalid'
  | 'version-unsupported'
  | 'full';

/** The `data` of the `connect_error` that a rejected client receives. */
export interface Rejection {
  code: RejectionCode;
}
