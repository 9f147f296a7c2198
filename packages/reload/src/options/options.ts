import type { SyncParts } from '../sync/sync-message.ts';
import type { WatchFilter } from './watch-roots.ts';

/** The options of a reload server. All are optional, but `folder` or `watch` must be set. */
export interface ReloadServerOptions {
  /** The folder that is served and watched. With `proxy` or without `serve` it is only watched. */
  folder?: string;
  /** Makes the server a reverse proxy for the backend at this URL, such as `http://localhost:8000`. */
  proxy?: string | URL;
  /**
   * Backends for the paths below some prefixes, beside the folder or the backend of `proxy`, such as
   * `{ '/api': 'http://localhost:9000' }`. The longest prefix counts. The path is forwarded unchanged.
   */
  routes?: Record<string, string | URL>;
  /**
   * Headers of all responses, also of a host with `middleware()`, such as `{ 'Cross-Origin-Opener-Policy': 'same-origin' }`. They
   * replace others of the same name.
   */
  headers?: Record<string, string>;
  /**
   * Folders and files that are watched in addition to `folder`: paths, and globs such as `src/**\/*.php`. What matches a glob with `!`
   * is not watched (`!src/vendor/**`).
   */
  watch?: string[];
  /**
   * Whether this server serves pages. With `false` it serves only the script and the socket, for pages of other servers
   * that contain `<script src="http://localhost:8081/"></script>`.
   *
   * @default true
   */
  serve?: boolean;
  /**
   * Folders outside of `folder` that symlinks in it may lead to, such as the packages that `node_modules` links to. They are watched, too.
   */
  allow?: string[];
  /** Whether a path without a file gets the index.html of `folder`, for single-page apps. @default false */
  spa?: boolean;
  /** Whether a folder without an index file shows a list of its files. @default false */
  directoryListing?: boolean;
  /** The port; 0 picks a free one. @default 8080; 8081 without `serve` */
  port?: number;
  /**
   * Whether a port in use is an error. Otherwise the server takes the next free one.
   *
   * @default false; `true` without `serve`, because pages contain the port
   */
  strictPort?: boolean;
  /** The address to listen on; `0.0.0.0` opens the server to the network. @default `localhost`: this machine only */
  host?: string;
  /** Host names that requests may use in addition to those of this machine and `host`: `box.lan`, `*.example.org`. */
  allowedHosts?: string[];
  /** Origins of other servers whose pages may connect, such as `http://box.lan:3000`. */
  allowedOrigins?: string[];
  /** Globs of files that are not watched, such as `logs/**`, in addition to `.gitignore`. */
  ignore?: string[];
  /** Whether to check all files twice a second instead of using the system's notifications. @default only if needed */
  poll?: boolean;
  /**
   * The quiet period without changes before an update, in ms. If it is longer than a build takes, its files are one update.
   * A page or a stylesheet that is evidently complete waits only 2 ms, unless this is more than 10.
   *
   * @default 10
   */
  debounceMs?: number;
  /** Whether every change reloads the page, and nothing is replaced in place. @default false */
  reloadOnly?: boolean;
  /**
   * Whether browsers revalidate all responses of the backend. With `false`, they use the ones that the backend allows them to
   * keep (`max-age`), and show old scripts after a save.
   *
   * @default true
   */
  revalidate?: boolean;
  /**
   * Whether the backend's own addresses in its pages and style sheets are mapped to this server. Without that, a link of a
   * backend that writes whole addresses, such as WordPress, leaves the tool.
   *
   * @default true
   */
  rewrite?: boolean;
  /**
   * Commands that run when files change, one at a time. A change during a run ends it and runs the command again. Pages are
   * updated once all commands have succeeded, and show the output of one that fails.
   */
  exec?: ExecOption[];
  /** A command that starts the backend of `proxy`. It runs again when files change, and ends with the server. */
  serveCommand?: string;
  /** Whether pages also show the errors of their scripts over their content. @default false */
  scriptErrors?: boolean;
  /**
   * Whether the server uses HTTPS. With `true`, it makes a certificate, and stores it for later starts. `key` and `cert` are
   * those of the user: PEM, or the paths of files.
   *
   * @default false
   */
  https?: boolean | { key: string; cert: string };
  /**
   * Makes responses as slow as those of a mobile network, in latency and bandwidth: `slow-3g` (400 ms, 50 kB/s), `3g` (300 ms,
   * 200 kB/s) or `4g` (170 ms, 1.1 MB/s). Updates and the client are not slowed down.
   */
  slow?: 'slow-3g' | '3g' | '4g';
  /**
   * Whether clients of LiveReload can connect: its script `livereload.js`, browser extensions, and snippets of editors. A
   * number is the port; `true` is 35729.
   *
   * @default false
   */
  livereload?: boolean | number;
  /**
   * Keeps pages that are open on several devices in step: their scroll position, clicks, form fields, and the page they show.
   * `true` stands for all four. Passwords are never sent.
   *
   * @default false
   */
  sync?: boolean | { scroll?: boolean; clicks?: boolean; fields?: boolean; navigation?: boolean };
  /** The folder for the project's token and the index of its files. @default the user's cache folder */
  cacheFolder?: string;
}

/** A command that runs when files change. */
export interface ExecOption {
  /** The command line, for the shell. It runs in the current folder. */
  command: string;
  /**
   * Globs of the files that it depends on, relative to the current folder; those with `!` are exceptions. Their folders are
   * watched. @default all watched files, without the served folder if others are watched
   */
  on?: string[];
}

/** A backend for the paths below a prefix. */
interface Route {
  prefix: string;
  target: URL;
}

/** Where pages come from: a folder, a backend, or other servers. */
export type Source = { kind: 'folder'; folder: string } | { kind: 'proxy'; target: URL } | { kind: 'none' };

type Unresolved =
  | 'routes'
  | 'folder'
  | 'proxy'
  | 'watch'
  | 'serve'
  | 'cacheFolder'
  | 'serveCommand'
  | 'slow'
  | 'livereload'
  | 'sync';

export interface ResolvedReloadServerOptions extends Required<Omit<ReloadServerOptions, Unresolved>> {
  source: Source;
  routes: Route[];
  /** The absolute paths of everything that is watched, without paths inside another one. */
  roots: string[];
  /** What is watched in the roots; `undefined` if they are watched as a whole. */
  filter: WatchFilter | undefined;
  cacheFolder: string | undefined;
  livereload: number | false;
  sync: SyncParts | false;
  serveCommand: string | undefined;
  slow: 'slow-3g' | '3g' | '4g' | undefined;
}
