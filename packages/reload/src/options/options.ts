/** What a reload server can be told. All of it is optional, but there must be something to watch. */
export interface ReloadServerOptions {
  /** The folder that is served and watched. Beside `proxy` or without serving it is only watched. */
  folder?: string;
  /** The address of the backend that pages come from, such as `http://localhost:8000`: this server sits in front of it. */
  proxy?: string | URL;
  /** Folders or files to watch beside `folder`. */
  watch?: string[];
  /**
   * Whether pages come through this server. `false` leaves only the script and the socket, for a script tag in pages that
   * somebody else serves: `<script src="http://localhost:8081/"></script>`.
   *
   * @default true
   */
  serve?: boolean;
  /** Whether a path without a file gets the root's index.html, for apps that route in the page. @default false */
  spa?: boolean;
  /** Whether a folder without an index file shows what is in it. @default false */
  directoryListing?: boolean;
  /** The port, 0 for any free one. @default 8080; 8081 without serving */
  port?: number;
  /**
   * Whether a port in use is an error. Otherwise the next free one is taken.
   *
   * @default false; without serving `true`, since the port stands in the pages' script tag
   */
  strictPort?: boolean;
  /** The address to listen on; `0.0.0.0` opens the server to the network. @default `localhost`: this machine alone */
  host?: string;
  /** Further names under which the server may be addressed: `box.lan`, `*.example.org`. Loopback and `host` always may. */
  allowedHosts?: string[];
  /** Further origins whose pages may ask and connect, such as `http://box.lan:3000`. */
  allowedOrigins?: string[];
  /** Globs of files that are not watched, such as `logs/**`, beside what `.gitignore` says. */
  ignore?: string[];
  /** Whether to look at all files again and again instead of waiting for the system's word. @default only where that is needed */
  poll?: boolean;
  /** How long a file must have stood still before pages are told, in ms. Lengthen it past what a build takes. @default 10 */
  debounceMs?: number;
  /** Whether every change reloads the page, and nothing is swapped in place. @default false */
  reloadOnly?: boolean;
  /** Where the project's token and what is known of its files are kept between starts. @default the user's cache folder */
  cacheFolder?: string;
}

/** How pages come to their visitors: from a folder, from a backend, or not through this server at all. */
export type Source = { kind: 'folder'; folder: string } | { kind: 'proxy'; target: URL } | { kind: 'none' };

export interface ResolvedReloadServerOptions {
  source: Source;
  /** Absolute paths of everything that is watched, without those that lie in another one. */
  roots: string[];
  spa: boolean;
  directoryListing: boolean;
  port: number;
  strictPort: boolean;
  host: string;
  allowedHosts: string[];
  allowedOrigins: string[];
  ignore: string[];
  poll: boolean;
  debounceMs: number;
  reloadOnly: boolean;
  cacheFolder: string | undefined;
}
