import { createAnnouncer } from './announcer.ts';
import { createCensus, type Member } from './census.ts';
import { createPacer } from './pacer.ts';
import type { Announcement, Clock, Store, Visitor } from './ports.ts';
import { formatWhereabouts, parseWhereabouts } from './whereabouts.ts';

/**
 * The counter itself: visitors come and go, everybody on their site is told. It joins the census (who is
 * here), the announcer (when to say it), the pacer (how fast) and the store (who is on other servers).
 */
export interface Counter {
  /** Opens the store. If that fails, what this server knows is announced all the same, as stale. */
  open(): Promise<void>;
  /**
   * Counts `member` on `site` and tells `visitor` the total at once, itself included. [C3]
   *
   * @param word what the page was told by the server that it was on before.
   * @returns the way out, which may be taken twice. A member that has come in again since stays counted.
   */
  arrive(site: string, member: Member, visitor: Visitor, word?: string): () => void;
  /** How many people are on `site` at this moment, on all servers. */
  total(site: string): number;
  /** The same for every site with people on it. */
  totals(): Map<string, number>;
  /** Whether the total of a site, or that of any, may be old. [C9] */
  isStale(site?: string): boolean;
  /** Stops announcing and closes the store. */
  close(): Promise<void>;
}

/** What happened, for whoever watches from the server's side. */
export interface CounterObserver {
  /** A total was announced; `previous` is the one before it. */
  announced(announcement: Announcement, previous: number): void;
  /** The store has gone out of reach, or is back. */
  stale(stale: boolean, reason: string | undefined): void;
}

export interface CounterCoreOptions {
  clock: Clock;
  store: Store;
  observer: CounterObserver;
  tickMs: number;
  fallMs: number;
  announceShare: number;
}

/** How long announcing may keep everything else from running, in ms. */
const SLICE_MS = 10;
/** How many are told between two looks at the clock, which costs as much as telling a few. */
const VISITORS_A_STEP = 16;

export function createCounter(options: CounterCoreOptions): Counter {
  const { clock, store, observer, tickMs, fallMs, announceShare } = options;
  const census = createCensus<Visitor>();
  const pacer = createPacer({ clock, share: announceShare, sliceMs: SLICE_MS });
  const announcer = createAnnouncer({ clock, tickMs, fallMs, isStale, deliver });
  /** The number of a page's connection, where it is not its first. */
  const hops = new WeakMap<Visitor, number>();
  let storeIsStale = false;

  function deliver(announcement: Announcement, previous: number, done: () => void): void {
    const visitors = census.connections(announcement.site);
    const step = (): boolean => {
      for (let told = 0; told < VISITORS_A_STEP; told++) {
        const next: IteratorResult<Visitor, unknown> = visitors.next();
        if (next.done) return false;
        next.value.tell(announcement);
      }
      return true;
    };
    pacer.add(step, done);
    observer.announced(announcement, previous);
  }

  function total(site: string): number {
    return census.count(site) + store.others(site);
  }

  function isStale(site?: string): boolean {
    return storeIsStale || (site !== undefined && (store.stale?.(site) ?? false));
  }

  function setStale(stale: boolean, reason?: string): void {
    if (stale === storeIsStale) return;
    storeIsStale = stale;
    observer.stale(stale, reason);
    announcer.review();
  }

  /** Another server counts this member now. */
  function giveUp(site: string, member: string, hop: number): void {
    const visitor = census.find(site, member);
    if (!visitor || (hops.get(visitor) ?? 1) >= hop) return;
    census.leave(site, member, visitor);
    changed(site);
    visitor.replaced();
  }

  /**
   * Takes a member over from the server that it was on before.
   *
   * @returns the word that its page says to the next one; none where this server is alone.
   */
  function welcome(
    site: string,
    member: Member,
    visitor: Visitor,
    word: string | undefined,
  ): string | undefined {
    const { server } = store;
    if (server === undefined || typeof member !== 'string') return undefined;
    const before = parseWhereabouts(word);
    const hop = (before?.hop ?? 0) + 1;
    if (hop > 1) hops.set(visitor, hop);
    if (before && before.server !== server) store.take?.(site, member, { server: before.server, hop });
    return formatWhereabouts({ server, hop });
  }

  function changed(site: string): void {
    store.report(site, census.count(site));
    announcer.update(site, total(site));
  }

  return {
    async open() {
      try {
        await store.open({
          changed: (site) => announcer.update(site, total(site)),
          stale: setStale,
          taken: giveUp,
        });
      } catch (error) {
        setStale(true, (error as Error | undefined)?.message);
        throw error;
      }
    },
    arrive(site, member, visitor, word) {
      const previous = census.join(site, member, visitor);
      const server = welcome(site, member, visitor, word);
      if (previous) previous.replaced();
      else changed(site);
      const current = announcer.current(site);
      visitor.tell(server === undefined ? current : { ...current, server });
      return () => {
        if (census.leave(site, member, visitor)) changed(site);
      };
    },
    total,
    isStale,
    totals() {
      const totals = new Map<string, number>();
      for (const sites of [census.sites(), store.sites()]) {
        for (const site of sites) totals.set(site, total(site));
      }
      return totals;
    },
    async close() {
      announcer.close();
      pacer.close();
      await store.close();
    },
  };
}
