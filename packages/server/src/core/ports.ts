/** What the core is handed: a clock, a store and a way to its visitors. It owns none of them. */

export type { Clock } from '@live-online/internal/clock';

/** One thing to be said to the pages of a site. Made once, encoded once, told to many. */
export interface TotalUpdate {
  readonly site: string;
  readonly total: number;
  readonly stale: boolean;
  /** The resume token of the one visitor this is for: its client sends it to the next server. [C7] */
  readonly resume?: string;
  /** Rises with every announcement, so that an older one never overtakes a newer one. */
  readonly sequence: number;
}

/** One counted page, as the core sees it. */
export interface Visitor {
  /** Hands over the newest announcement. It must not queue: a visitor that cannot take it now gets the newest later. */
  tell(announcement: TotalUpdate): void;
  /** Ends the visitor's connection, because the same member has come in by another one. */
  replaced(): void;
  /** Ends the visitor's connection so that its page connects again by itself. It is told nothing any more. */
  migrate(): void;
}

/** How a store reports to the server that opened it. */
export interface StoreListener {
  /** The number of people that other servers have on `site` has changed, or whether that number is up to date. */
  changed(site: string): void;
  /**
   * The store has gone out of reach of the others (`true`), or is back (`false`).
   *
   * @param reason for people who look after the server: what is wrong, where it is known.
   */
  stale(stale: boolean, reason?: string): void;
  /**
   * Another server counts `member` of `site` now: what stands for it here counts no longer, unless the member has
   * come here by a connection with a number of at least `connectionNumber`. [C7]
   */
  claimed(site: string, member: string, connectionNumber: number): void;
}

/** On which server a page was last, by the word that server gave it. [C7] */
export interface ResumePoint {
  /** The server's name among those that share a store. */
  readonly server: string;
  /** How many connections the page has made to servers that share a store, this one included. */
  readonly connectionNumber: number;
}

/**
 * Where servers tell each other how many people they have. Each server reports absolute counts of its own;
 * what it knows of its own visitors stays the truth, and the store adds what the others have.
 */
export interface Store {
  /**
   * This server's name among those that share the store, told to its pages so that they can tell the next server:
   * 1 to 48 letters, digits, `_` or `-`. Absent where members cannot move between servers.
   */
  readonly server?: string;
  /** Begins to share. Called once and before everything else. */
  open(listener: StoreListener): Promise<void>;
  /** This server now has `count` people on `site`: an absolute number, 0 when the last has left. Never throws. */
  report(site: string, count: number): void;
  /**
   * `member`, who is on `site` of this server by its connection number `from.connectionNumber`, was on `from.server` before. No
   * total may count it twice. Called before the `report` that counts it.
   */
  claim?(site: string, member: string, from: ResumePoint): void;
  /**
   * How many people all other servers have on `site`: a safe integer, at least 0. Exact for sites that this server
   * has people on; of others a store need not know.
   */
  others(site: string): number;
  /** Whether `others(site)` may be old, or not known yet. Without it, only `listener.stale` says so. */
  stale?(site: string): boolean;
  /** The sites on which other servers have people, as far as this one knows. */
  sites(): Iterable<string>;
  /** How many other servers there are that pages could go to. */
  peers?(): number;
  /** Takes this server's people out of everybody else's totals. May be called twice. */
  close(): Promise<void>;
}
