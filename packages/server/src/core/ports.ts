/** What the core is given: a clock, a store and connections. It owns none of them. */

import type { HistogramSnapshot } from './histogram.ts';

export type { Clock } from '@live-online/internal/clock';

/** One total to send to the connections of a site, or of a page. Made once and encoded once for all of them. */
export interface TotalUpdate {
  /** The site, or the key of a page. */
  readonly site: string;
  readonly total: number;
  readonly stale: boolean;
  /** In the first update of a connection: what its client sends to the next server. [C7] */
  readonly resumeToken?: string;
  /** Rises with every update, so that an older one never overtakes a newer one. */
  readonly sequence: number;
}

/** A page with members on this server. */
export interface OpenPage {
  /** The key under which it is counted. */
  readonly key: string;
  /** Normalized. `undefined` for all pages of a site that are not counted by themselves. */
  readonly path: string | undefined;
  /** Those of its members. */
  readonly connections: Set<Connection>;
}

/** The connection of one member, as the core sees it. */
export interface Connection {
  /**
   * The page that its member is on, and how many tabs the member has. Only `PagesAndTabs` uses them. They are properties,
   * because a map with an entry for each connection takes several times as much memory.
   */
  openPage?: OpenPage | undefined;
  tabs?: number;
  /** Sends the newest update. It must not queue: a connection that cannot take it now gets the newest one later. */
  send(update: TotalUpdate): void;
  /** The same for the member's page. */
  sendPage(update: TotalUpdate): void;
  /** Closes the connection because a newer one of the same member replaces it. */
  closeReplaced(): void;
  /** Closes the connection so that its client reconnects by itself. Nothing is sent to it any more. */
  migrate(): void;
}

/** How a store reports to the server that opened it. */
export interface StoreListener {
  /** The count of the other servers on `site` has changed, or whether that count is stale. */
  changed(site: string): void;
  /**
   * The store is out of reach of the other servers (`true`), or back (`false`).
   *
   * @param reason for operators: what is wrong, where it is known.
   */
  stale(stale: boolean, reason?: string): void;
  /**
   * Another server counts `member` of `site` now. This server stops counting it, unless its connection here has a number
   * of at least `connectionNumber`. [C7]
   */
  claimed(site: string, member: string, connectionNumber: number): void;
  /** Something is wrong with what the servers share, and counting goes on. `message` says what it is. */
  warning?(message: string): void;
}

/** The server that a client was on last, read from its resume token. [C7] */
export interface ResumePoint {
  /** The server's name among those that share a store. */
  readonly server: string;
  /** How many connections the client has made to servers that share a store, this one included. */
  readonly connectionNumber: number;
}

/**
 * Adds up the counts of several servers. Each server reports absolute counts of its own members, which only it knows for
 * certain; the store provides the counts of the others.
 *
 * What a server counts for a site beside its members has a key that begins with the site and one of `/`, `#` and `?`: a
 * page is `example.org/blog`. Wherever a store takes or returns a site, it treats such a key as one more site.
 */
export interface Store {
  /**
   * This server's name among those that share the store: 1 to 48 letters, digits, `_` or `-`. Clients receive it in
   * their resume tokens. Absent where members cannot move between servers.
   */
  readonly server?: string;
  /** What it shares over, for people. @default the memory of this machine */
  readonly kind?: 'redis';
  /** Begins to share. Called once, before everything else. */
  open(listener: StoreListener): Promise<void>;
  /** This server now has `count` members on `site`: an absolute number, 0 when the last has left. Never throws. */
  report(site: string, count: number): void;
  /**
   * `member`, who is on `site` of this server by its connection number `from.connectionNumber`, was on `from.server` before. No
   * total may count it twice. Called before the `report` that counts it.
   */
  claim?(site: string, member: string, from: ResumePoint): void;
  /**
   * The members of `site` on all other servers: a safe integer, at least 0. Exact for sites that have members on this
   * server; a store need not know the others.
   */
  others(site: string): number;
  /** Whether `others(site)` may be old, or not known yet. Without it, only `listener.stale` reports that. */
  stale?(site: string): boolean;
  /** The sites that have members on other servers, as far as this one knows. */
  sites(): Iterable<string>;
  /** The keys of pages of `site` that have members on other servers. Without it, `sites()` is searched for them. */
  pageKeys?(site: string): Iterable<string>;
  /**
   * Follows all sites until the returned function is called, which may be called twice. Without it, the store always
   * does, or cannot.
   */
  watchAll?(): () => void;
  /** How many other servers there are that clients could connect to. */
  peers?(): number;
  /**
   * Whether this server does what one of all servers has to do: the one with the smallest name. While the servers do not
   * know each other, it may be none of them, or several. Without it, each server does it.
   */
  isLeader?(): boolean;
  /** Whether the server of this name is counted. */
  hasPeer?(server: string): boolean;
  /** Sends a text of at most 2,000 characters to all other servers. It may be lost. Never throws. */
  announce?(text: string): void;
  /** Calls `listener` with each text that another server announces. Returns a function that unsubscribes it. */
  onAnnouncement?(listener: (server: string, text: string) => void): () => void;
  /** How long round trips to what the servers share have taken, in seconds. */
  latency?(): HistogramSnapshot;
  /**
   * Texts that outlive this server, by their sites: the history. Absent where a store keeps nothing.
   *
   * @throws Error if the store is out of reach, as `writeTexts` and `deleteTexts`
   */
  readTexts?(): Promise<ReadonlyMap<string, string>>;
  /** A few texts at once. */
  writeTexts?(texts: readonly (readonly [site: string, text: string])[]): Promise<void>;
  deleteTexts?(sites: readonly string[]): Promise<void>;
  /** Removes this server's counts from the totals of all others. May be called twice. */
  close(): Promise<void>;
}
