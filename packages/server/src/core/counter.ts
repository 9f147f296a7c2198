import { createPublishScheduler } from './publish-scheduler.ts';
import { createPresence, type Member } from './presence.ts';
import { createMigration, type Migration } from './migration.ts';
import { createBroadcastBudget } from './broadcast-budget.ts';
import type { TotalUpdate, Clock, Store, Visitor } from './ports.ts';
import { formatResumeToken, parseResumeToken } from './resume-token.ts';

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
  /** Whether there is anybody to be moved, and another server to move to. [S7] */
  canMove(): boolean;
  /**
   * Sends everybody off within `overMs`, so that they come in on other servers. Whoever has a member id is counted here
   * until it has, or until its reconnect is due. [S7]
   *
   * @returns resolves once nobody is left to wait for, and at `close()`.
   */
  move(overMs: number): Promise<void>;
  /** Stops announcing and closes the store. */
  close(): Promise<void>;
}

/** What happened, for whoever watches from the server's side. */
export interface CounterObserver {
  /** A total was announced; `previous` is the one before it. */
  announced(announcement: TotalUpdate, previous: number): void;
  /** The store has gone out of reach, or is back. */
  stale(stale: boolean, reason: string | undefined): void;
}

export interface CounterCoreOptions {
  clock: Clock;
  store: Store;
  observer: CounterObserver;
  minUpdateIntervalMs: number;
  decreaseDelayMs: number;
  maxBroadcastCpu: number;
  /** From 0 up to 1. */
  random: () => number;
}

/** How long announcing may keep everything else from running, in ms. */
const SLICE_MS = 10;
/** How many are told between two looks at the clock, which costs as much as telling a few. */
const VISITORS_A_STEP = 16;
/** When a page is back at the latest: after 0.5 to 1.5 s at first, after up to 4 s if it has been moved again and again. */
const RECONNECT_DUE_MS = 5_000;

export function createCounter(options: CounterCoreOptions): Counter {
  const { clock, store, observer, minUpdateIntervalMs, decreaseDelayMs, maxBroadcastCpu, random } = options;
  const census = createPresence<Visitor>();
  const pacer = createBroadcastBudget({ clock, share: maxBroadcastCpu, sliceMs: SLICE_MS });
  const announcer = createPublishScheduler({ clock, minUpdateIntervalMs, decreaseDelayMs, isStale, deliver });
  /** The number of a page's connection, where it is not its first. */
  const connectionNumbers = new WeakMap<Visitor, number>();
  let storeIsStale = false;
  let moving: Migration<Visitor> | undefined;
  let endMoving: (() => void) | undefined;
  /** Who has to be moved, and from where. Empty until then. */
  const places = new Map<Visitor, { site: string; member: Member }>();

  function deliver(announcement: TotalUpdate, previous: number, done: () => void): void {
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
    // Asked first: a store that is asked may find out, and say, that all of it is out of date.
    const siteIsStale = site !== undefined && (store.stale?.(site) ?? false);
    return storeIsStale || siteIsStale;
  }

  function setStale(stale: boolean, reason?: string): void {
    if (stale === storeIsStale) return;
    storeIsStale = stale;
    observer.stale(stale, reason);
    if (stale) announcer.review();
    else announcer.refresh();
  }

  /** Another server counts this member now. */
  function giveUp(site: string, member: string, connectionNumber: number): void {
    const visitor = census.find(site, member);
    if (!visitor || (connectionNumbers.get(visitor) ?? 1) >= connectionNumber) return;
    takeOut(site, member, visitor);
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
    const before = parseResumeToken(word);
    const connectionNumber = (before?.connectionNumber ?? 0) + 1;
    if (connectionNumber > 1) connectionNumbers.set(visitor, connectionNumber);
    if (before && before.server !== server)
      store.claim?.(site, member, { server: before.server, connectionNumber });
    return formatResumeToken({ server, connectionNumber });
  }

  function takeOut(site: string, member: Member, visitor: Visitor): void {
    if (census.leave(site, member, visitor)) changed(site);
    forgetMoving(visitor);
  }

  function forgetMoving(visitor: Visitor): void {
    places.delete(visitor);
    moving?.gone(visitor);
  }

  function othersChanged(site: string): void {
    // A store that does not follow a site any more knows nothing of it, which does not mean that nobody is there.
    if (census.count(site) === 0 && isStale(site) && !storeIsStale) announcer.forget(site);
    else announcer.update(site, total(site));
  }

  function changed(site: string): void {
    store.report(site, census.count(site));
    announcer.update(site, total(site));
  }

  return {
    async open() {
      try {
        await store.open({
          changed: othersChanged,
          stale: setStale,
          claimed: giveUp,
        });
      } catch (error) {
        setStale(true, (error as Error | undefined)?.message);
        throw error;
      }
    },
    arrive(site, member, visitor, word) {
      const previous = census.join(site, member, visitor);
      const resume = welcome(site, member, visitor, word);
      if (previous) {
        previous.replaced();
        forgetMoving(previous);
      } else {
        changed(site);
      }
      const current = announcer.current(site);
      visitor.tell(resume === undefined ? current : { ...current, resume });
      if (moving) {
        places.set(visitor, { site, member });
        moving.add(visitor);
      }
      return () => {
        if (!moving?.isAwaitingReconnect(visitor)) takeOut(site, member, visitor);
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
    canMove: () => (store.peers?.() ?? 0) > 0 && !census.sites().next().done,
    move(overMs) {
      for (const [site, member, visitor] of census.entries()) places.set(visitor, { site, member });
      return new Promise((resolve) => {
        endMoving = resolve;
        moving = createMigration({
          clock,
          random,
          people: places.keys(),
          overMs,
          dueMs: RECONNECT_DUE_MS,
          // Without a name nobody could say where they were before, and would count twice meanwhile.
          isKnown: (visitor) => store.server !== undefined && typeof places.get(visitor)?.member === 'string',
          send: (visitor) => visitor.migrate(),
          reconnectDeadlinePassed(visitor) {
            const place = places.get(visitor);
            if (place) takeOut(place.site, place.member, visitor);
          },
          done: resolve,
        });
      });
    },
    async close() {
      for (const [visitor, { site, member }] of places) {
        if (moving?.isAwaitingReconnect(visitor)) takeOut(site, member, visitor);
      }
      moving?.close();
      endMoving?.();
      announcer.close();
      pacer.close();
      await store.close();
    },
  };
}
