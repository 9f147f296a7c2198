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

/** Details of the count of a page. Receivers ignore fields that they do not know. [P23] */
export type PageDetails = Pick<TotalDetails, 'stale'>;

/** Events from the server to a client. */
export interface CounterServerEvents {
  /**
   * How many members are on the client's site now, the client itself included. [P6]
   *
   * @param total A safe integer, at least 0.
   * @param details Absent if there are none.
   */
  total: (total: number, details?: TotalDetails) => void;
  /**
   * How many members are on the client's page now, the client itself included. Only clients that have sent a page
   * receive it. [P23]
   *
   * @param count A safe integer, at least 1; 0 if the server does not count this page by itself.
   * @param details Absent if there are none.
   */
  page: (count: number, details?: PageDetails) => void;
}

/** Events from a client to the server. All of them are optional. [P22] */
export interface CounterClientEvents {
  /** The member is on another page of its site now. */
  page: (path: string) => void;
  /** The member has as many tabs now: 1 to 1,000. */
  tabs: (tabs: number) => void;
}

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
  /**
   * The path of the page that the member is on, as `normalizePath` returns it. If absent, the member is on no page, and
   * receives no counts of pages. [P21]
   */
  page?: string;
  /** How many tabs the member has: 1 to 1,000; `1` if absent. [P21] */
  tabs?: number;
}

/**
 * Why the server rejects a CONNECT: [P5]
 * - `site-not-listed`: the site is not on the server's allowlist
 * - `token-wrong`: the site requires a token, which was missing or wrong
 * - `token-expired`: the token of the site has expired; the page needs a new one
 * - `handshake-invalid`: the handshake breaks the protocol; the message says where
 * - `version-unsupported`: the client's protocol version is newer than the server's
 * - `opted-out`: an opt-out link of the site was opened in this browser
 * - `full`: a limit on connections or sites is reached (only where the server cannot reject the HTTP request)
 */
export type RejectionCode =
  | 'site-not-listed'
  | 'token-wrong'
  | 'token-expired'
  | 'handshake-invalid'
  | 'version-unsupported'
  | 'opted-out'
  | 'full';

/** The `data` of the `connect_error` that a rejected client receives. */
export interface Rejection {
  code: RejectionCode;
}
