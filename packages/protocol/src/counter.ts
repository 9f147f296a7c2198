/**
 * What the counter's server and its pages say to each other, as Socket.IO event maps.
 * PROTOCOL.md states the same as numbered rules.
 */

/** Details of a total. A receiver ignores what it does not know. */
export interface TotalDetails {
  /** `true` while the server cannot reach the others: the total is the last one known. Absent otherwise. */
  stale?: boolean;
  /**
   * A word of the server's about this connection: 1 to 64 letters, digits, `_`, `.` or `-`. The page says the newest
   * one it has heard when it connects again, and does not look into it.
   */
  server?: string;
}

/** Events from the server to a page. */
export interface CounterServerEvents {
  /**
   * How many people are on the page's site right now, the page itself included.
   *
   * @param total A safe integer, at least 0.
   * @param details Left out when there is nothing to add.
   */
  total: (total: number, details?: TotalDetails) => void;
}

/** Events from a page to the server: none. A visitor says nothing after its handshake. */
export type CounterClientEvents = Record<never, never>;

/** What a page may send as Socket.IO's `auth`. All of it is optional: a client without it is a visitor too. */
export interface CounterHandshake {
  /** The protocol version the client speaks; `1` when absent. */
  v?: number;
  /**
   * A random id that the page made in memory and forgets when it goes: 8 to 64 letters, digits, `-` or `_`.
   * The same member connecting again replaces its older connection. Without it the connection is the member.
   */
  member?: string;
  /** The token of the site, where its owner asks for one: 1 to 256 characters. */
  token?: string;
  /** The newest `server` that this page has heard in the details of a total. */
  server?: string;
}

/**
 * Why a page is refused at CONNECT:
 * - `site-not-listed`: the server counts listed sites only, and this is none of them
 * - `token-wrong`: the site asks for a token, which was missing or wrong
 * - `handshake-invalid`: the handshake breaks the protocol; the message says where
 * - `version-unsupported`: the client speaks a newer protocol than the server
 * - `full`: a limit on connections or sites is reached (only where no refusal in HTTP is possible)
 */
export type RejectionCode =
  | 'site-not-listed'
  | 'token-wrong'
  | 'handshake-invalid'
  | 'version-unsupported'
  | 'full';

/** The `data` of the error that a refused client receives as its `connect_error`. */
export interface Rejection {
  code: RejectionCode;
}
