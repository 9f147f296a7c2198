/** The messages of the reload tool as Socket.IO event maps. PROTOCOL.md states them as numbered rules. */

/** A version of the watched content. [P11] */
export interface ContentVersion {
  /** One version of one server process. If it differs, something may have changed. */
  id: string;
  /**
   * A digest of every watched file. Equal bytes have equal digests, on every server and after a restart. Absent until
   * the server has read all files.
   */
  digest?: string;
}

/** How a page follows a change. [P12] */
export interface ReloadUpdate {
  /** The version of the content with this change. */
  version: ContentVersion;
  /**
   * - `none`: the page does not use what has changed; it only remembers the version
   * - `apply`: the page replaces the parts named below in place
   * - `reload`: the page reloads
   */
  action: 'none' | 'apply' | 'reload';
  /** Changed stylesheets: URL paths if `exact`, otherwise file paths, which are compared by their ends. */
  css?: string[];
  /** The content of some of these stylesheets, keyed by their names in `css`. */
  cssTexts?: Record<string, string>;
  /** Changed images, named as in `css`. */
  images?: string[];
  /** Whether the page's own HTML changed. */
  html?: boolean;
  /** That HTML as served, without the injected client; only if it is UTF-8. If absent, the page fetches it. */
  htmlText?: string;
  /** Whether `css` and `images` are complete URL paths. */
  exact?: boolean;
}

/** A problem that pages show over their content. [P24] */
export interface ReloadOverlay {
  title: string;
  /** The output of the failed command, with the colours of a terminal (ANSI SGR). Absent if pages may not have it. */
  text?: string;
  /** A file that the text names, relative to the server's folder or absolute. */
  file?: string;
  /** From 1. */
  line?: number;
  /** From 1. */
  column?: number;
}

/** Events from the reload server to a page. */
export interface ReloadServerEvents {
  /** Sent right after CONNECT, and again when the digest becomes known. */
  version: (version: ContentVersion) => void;
  /** Sent once for each change. */
  update: (update: ReloadUpdate) => void;
  /** Sent when a problem appears, changes, or ends (`null`), and after `version` while there is one. */
  overlay: (overlay: ReloadOverlay | null) => void;
}

/** Events from a page to the reload server: none. [P13] */
export type ReloadClientEvents = Record<never, never>;

/** What a page sends as Socket.IO's `auth`. [P10] */
export interface ReloadHandshake {
  /** The version of the reload protocol that the client speaks; `1` if absent. */
  v?: number;
  /** The project's token, from the project's client script: 1 to 256 characters. */
  token: string;
  /** The id under which the server remembers the document that it served: 1 to 64 letters, digits, `-`, `_`. */
  page?: string;
  /** The path of the service worker that has answered with a stored copy of the page: 1 to 200 characters. */
  cachedBy?: string;
}

/**
 * Why the server rejects a CONNECT: [P10]
 * - `token-wrong`: the token is wrong, for example because another project uses the port now
 * - `handshake-invalid`: the handshake breaks the protocol; the message says where
 * - `version-unsupported`: the client's protocol version is newer than the server's
 */
export type ReloadRejectionCode = 'token-wrong' | 'handshake-invalid' | 'version-unsupported';
