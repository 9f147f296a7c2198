import { createSlidingMaximum, type SlidingMaximum } from './sliding-maximum.ts';
import type { TotalUpdate, Clock } from './ports.ts';

/**
 * When to say a site's total, and which: rises at the next tick, falls after they have lasted. [C3–C5]
 *
 * It is told every change of every total and decides what is worth an announcement: the highest total of the
 * last `decreaseDelayMs`, at most once a tick a site, and the next one of a site never before the last is delivered.
 */
export interface PublishScheduler {
  /** The total of `site` is now `total`, or whether it is old has changed. */
  update(site: string, total: number): void;
  /** Nobody here is on `site`, and its total is not known any more: nothing more is said about it. */
  forget(site: string): void;
  /** Totals may be old from now on, for any site. */
  review(): void;
  /** Totals are up to date again: what was believed meanwhile was no total, and does not wait to fall. */
  refresh(): void;
  /** What a page that comes in at this moment is told, without waiting for a tick. */
  current(site: string): TotalUpdate;
  /** Calls off whatever is planned. */
  close(): void;
}

export interface PublishSchedulerOptions {
  clock: Clock;
  /** Shortest time between two announcements of a site, in ms. */
  minUpdateIntervalMs: number;
  /** How long a fall waits, in ms. */
  decreaseDelayMs: number;
  /** Whether the total of a site may be old at this moment. */
  isStale: (site: string) => boolean;
  /**
   * Brings an announcement to everybody on its site and calls `done` when the last has been told.
   * `previous` is the total that was announced before.
   */
  deliver: (announcement: TotalUpdate, previous: number, done: () => void) => void;
}

interface SiteState {
  peak: SlidingMaximum;
  /** The total as it is, which the announcement follows. */
  total: number;
  /** What was announced last. */
  announced: { total: number; stale: boolean; atMs: number };
  /** Whether a page that came in since was told something else, and has to hear it also when nothing changes for the others. */
  differs: boolean;
  delivering: boolean;
  /** The planned look at this site: when, and how to call it off. */
  planned: { atMs: number; cancel: () => void } | undefined;
}

export function createPublishScheduler({
  clock,
  minUpdateIntervalMs,
  decreaseDelayMs,
  isStale,
  deliver,
}: PublishSchedulerOptions): PublishScheduler {
  const sites = new Map<string, SiteState>();
  let sequence = 0;

  function announcement(site: string, total: number): TotalUpdate {
    return { site, total, stale: isStale(site), sequence: ++sequence };
  }

  function stateOf(site: string): SiteState {
    let state = sites.get(site);
    if (!state) {
      state = {
        peak: createSlidingMaximum(decreaseDelayMs, minUpdateIntervalMs),
        total: 0,
        announced: { total: 0, stale: false, atMs: -Infinity },
        differs: false,
        delivering: false,
        planned: undefined,
      };
      sites.set(site, state);
    }
    return state;
  }

  function isNews(site: string, { announced, differs }: SiteState, total: number): boolean {
    return differs || total !== announced.total || (total > 0 && isStale(site) !== announced.stale);
  }

  /** Plans the next look at a site: when it may be announced, or when its highest total falls by itself. */
  function plan(site: string, state: SiteState): void {
    if (state.delivering) return;
    const now = clock.now();
    const news = isNews(site, state, state.peak.highest(now));
    const at = news ? Math.max(now, state.announced.atMs + minUpdateIntervalMs) : state.peak.nextFallAt(now);
    // A look that comes too early plans the next one, so in a storm most changes cost no timer.
    if (at !== undefined && state.planned && state.planned.atMs <= at) return;
    state.planned?.cancel();
    state.planned = undefined;
    if (at !== undefined) {
      state.planned = { atMs: at, cancel: clock.schedule(() => look(site, state), at - now) };
    } else if (state.total === 0) {
      sites.delete(site);
    }
  }

  function look(site: string, state: SiteState): void {
    state.planned = undefined;
    const now = clock.now();
    const total = state.peak.highest(now);
    // A timer may fire a fraction of a millisecond early.
    if (!isNews(site, state, total) || now < state.announced.atMs + minUpdateIntervalMs - 1)
      return plan(site, state);
    const previous = state.announced.total;
    const next = announcement(site, total);
    state.announced = { total, stale: next.stale, atMs: now };
    state.differs = false;
    state.delivering = true;
    deliver(next, previous, () => {
      state.delivering = false;
      if (sites.get(site) === state) plan(site, state);
    });
  }

  return {
    update(site, total) {
      const state = stateOf(site);
      state.total = total;
      state.peak.set(total, clock.now());
      plan(site, state);
    },
    forget(site) {
      sites.get(site)?.planned?.cancel();
      sites.delete(site);
    },
    refresh() {
      for (const [site, state] of sites) {
        state.peak = createSlidingMaximum(decreaseDelayMs, minUpdateIntervalMs);
        state.peak.set(state.total, clock.now());
        plan(site, state);
      }
    },
    review() {
      for (const [site, state] of sites) plan(site, state);
    },
    current(site) {
      const state = sites.get(site);
      const current = announcement(site, state?.peak.highest(clock.now()) ?? 0);
      if (state && (current.total !== state.announced.total || current.stale !== state.announced.stale)) {
        state.differs = true;
        plan(site, state);
      }
      return current;
    },
    close() {
      for (const state of sites.values()) state.planned?.cancel();
      sites.clear();
    },
  };
}
