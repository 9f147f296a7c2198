/**
 * What the reload server and its pages say to each other, as Socket.IO event maps.
 * PROTOCOL.md states the same as numbered rules.
 */

/** Where the content stands. */
export interface ContentVersion {
  /** Names one state of one server's life: another id means that something may have changed. */
  id: string;
  /**
   * A digest of every watched file, the same for the same bytes whenever and by whichever server it is made. Absent
   * while the server has not read everything yet.
   */
  digest?: string;
}

/** What a page is to do about a change. */
export interface ReloadUpdate {
  /** Where the content stands with this change in it. */
  version: ContentVersion;
  /**
   * - `none`: the page does not show what has changed; it only remembers the version
   * - `apply`: the parts named below are swapped in place
   * - `reload`: the page is loaded again
   */
  action: 'none' | 'apply' | 'reload';
  /** Stylesheets that changed: paths of URLs where `exact`, otherwise paths of files in some folder. */
  css?: string[];
  /** What stands in some of these stylesheets now, by their names in `css`. */
  cssTexts?: Record<string, string>;
  /** Images that changed, named the same way. */
  images?: string[];
  /** Whether the page's own HTML changed. */
  html?: boolean;
  /** What that HTML is now, as it is served but without the client; only where it is in UTF-8. Otherwise it has to be asked for. */
  htmlText?: string;
  /** Whether `css` and `images` are the very paths of URLs. Otherwise their ends are compared. */
  exact?: boolean;
}

/** Events from the reload server to a page. */
export interface ReloadServerEvents {
  /** Said right after CONNECT, and again when the digest becomes known. */
  version: (version: ContentVersion) => void;
  /** Said once for every change. */
  update: (update: ReloadUpdate) => void;
}

/** Events from a page to the reload server: none. */
export type ReloadClientEvents = Record<never, never>;

/** What a page sends as Socket.IO's `auth`. */
export interface ReloadHandshake {
  /** The version of this protocol that the client speaks; `1` when absent. */
  v?: number;
  /** The project's token, which only the project's own script knows: 1 to 256 characters. */
  token: string;
  /** The name under which the server remembers the document that the page was given: 1 to 64 letters, digits, `-`, `_`. */
  page?: string;
}

/**
 * Why a page is refused at CONNECT:
 * - `token-wrong`: the token is missing or wrong, as after another project has taken the port
 * - `handshake-invalid`: the handshake breaks the protocol; the message says where
 * - `version-unsupported`: the client speaks a newer protocol than the server
 */
export type ReloadRejectionCode = 'token-wrong' | 'handshake-invalid' | 'version-unsupported';
