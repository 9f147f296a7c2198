/** What the core is handed: a clock, a store and a way to its visitors. It owns none of them. */

/** A monotonic clock. Times are in milliseconds and may have fractions. */
export interface Clock {
  now(): number;
  /** Runs `task` once, `delayMs` from now or a little later. Returns the way to call it off. */
  schedule(task: () => void, delayMs: number): () => void;
}

/** One thing to be said to the pages of a site. Made once, encoded once, told to many. */
export interface Announcement {
  readonly site: string;
  readonly total: number;
  readonly stale: boolean;
  /** Rises with every announcement, so that an older one never overtakes a newer one. */
  readonly sequence: number;
}

/** One counted page, as the core sees it. */
export interface Visitor {
  /** Hands over the newest announcement. It must not queue: a visitor that cannot take it now gets the newest later. */
  tell(announcement: Announcement): void;
  /** Ends the visitor's connection, because the same member has come in by another one. */
  replaced(): void;
}

/** How a store reports to the server that opened it. */
export interface StoreListener {
  /** The number of people that other servers have on `site` has changed. */
  changed(site: string): void;
  /** The store has gone out of reach of the others (`true`), or is back (`false`). */
  stale(stale: boolean): void;
}

/**
 * Where servers tell each other how many people they have. Each server reports absolute counts of its own;
 * what it knows of its own visitors stays the truth, and the store adds what the others have.
 */
export interface Store {
  /** Begins to share. Called once and before everything else. */
  open(listener: StoreListener): Promise<void>;
  /** This server now has `count` people on `site`: an absolute number, 0 when the last has left. Never throws. */
  report(site: string, count: number): void;
  /** How many people all other servers have on `site`: a safe integer, at least 0. */
  others(site: string): number;
  /** The sites on which other servers have people, as far as this one knows. */
  sites(): Iterable<string>;
  /** Takes this server's people out of everybody else's totals. May be called twice. */
  close(): Promise<void>;
}
