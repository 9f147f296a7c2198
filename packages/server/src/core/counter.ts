import { createAnnouncer } from './announcer.ts';
import { createCensus, type Member } from './census.ts';
import { createPacer } from './pacer.ts';
import type { Announcement, Clock, Store, Visitor } from './ports.ts';

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
   * @returns the way out, which may be taken twice. A member that has come in again since stays counted.
   */
  arrive(site: string, member: Member, visitor: Visitor): () => void;
  /** How many people are on `site` at this moment, on all servers. */
  total(site: string): number;
  /** The same for every site with people on it. */
  totals(): Map<string, number>;
  /** Stops announcing and closes the store. */
  close(): Promise<void>;
}

/** What happened, for whoever watches from the server's side. */
export interface CounterObserver {
  /** A total was announced; `previous` is the one before it. */
  announced(announcement: Announcement, previous: number): void;
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
  const announcer = createAnnouncer({ clock, tickMs, fallMs, deliver });

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

  function changed(site: string): void {
    store.report(site, census.count(site));
    announcer.update(site, total(site));
  }

  return {
    async open() {
      try {
        await store.open({
          changed: (site) => announcer.update(site, total(site)),
          stale: announcer.setStale,
          taken: () => {},
        });
      } catch (error) {
        announcer.setStale(true);
        throw error;
      }
    },
    arrive(site, member, visitor) {
      const previous = census.join(site, member, visitor);
      if (previous) previous.replaced();
      else changed(site);
      visitor.tell(announcer.current(site));
      return () => {
        if (census.leave(site, member, visitor)) changed(site);
      };
    },
    total,
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
