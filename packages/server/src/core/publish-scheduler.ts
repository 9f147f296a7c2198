import { createSlidingMaximum, type SlidingMaximum } from './sliding-maximum.ts';
import type { TotalUpdate, Clock } from './ports.ts';

export interface PublishSchedulerOptions {
  clock: Clock;
  /** Shortest time between two updates of a site, in ms. */
  minUpdateIntervalMs: number;
  /** How long a fall waits, in ms. */
  decreaseDelayMs: number;
  /** Whether the total of a site may be old at this moment. */
  isStale: (site: string) => boolean;
  /**
   * Sends an update to all connections of its site, and calls `done` after the last one. `previous` is the total
   * published before, `sinceMs` when the new one became due, apart from the tick.
   */
  publish: (update: TotalUpdate, previous: number, done: () => void, sinceMs: number) => void;
}

interface SiteState {
  maximum: SlidingMaximum;
  total: number;
  published: { total: number; stale: boolean; atMs: number };
  /** Whether a connection joined with another total since, so that an update is due even if the total stays. */
  needsCorrection: boolean;
  /** Since when another total than the published one has been due. */
  dueSinceMs: number | undefined;
  isPublishing: boolean;
  timer: { atMs: number; cancel: () => void } | undefined;
}

/**
 * Decides when a site's total is published, and which. [C3–C5]
 *
 * It publishes the highest total of the last `decreaseDelayMs`, so that rises are published at the next tick and falls
 * after the delay. It throttles: one update a site and tick, and none before the one before it has been delivered.
 */
export class PublishScheduler {
  readonly #options: PublishSchedulerOptions;
  readonly #sites = new Map<string, SiteState>();
  #sequence = 0;

  constructor(options: PublishSchedulerOptions) {
    this.#options = options;
  }

  /** The total of `site` is now `total`, or has become stale or exact. */
  setTotal(site: string, total: number): void {
    let state = this.#sites.get(site);
    if (!state) this.#sites.set(site, (state = this.#createState()));
    state.total = total;
    state.maximum.set(total, this.#options.clock.now());
    this.#schedule(site, state);
  }

  /** `site` has no members here, and its total is unknown: nothing more is published. */
  forget(site: string): void {
    this.#sites.get(site)?.timer?.cancel();
    this.#sites.delete(site);
  }

  /** Totals are exact again. Maximums of the stale time are dropped, so that wrong totals do not delay falls. */
  resetMaximums(): void {
    for (const [site, state] of this.#sites) {
      state.maximum = this.#createMaximum();
      state.maximum.set(state.total, this.#options.clock.now());
      this.#schedule(site, state);
    }
  }

  /** Any site may have become stale. */
  reschedule(): void {
    for (const [site, state] of this.#sites) this.#schedule(site, state);
  }

  /** The update for a connection that joins now, without waiting for a tick. */
  current(site: string): TotalUpdate {
    const state = this.#sites.get(site);
    const update = this.#createUpdate(site, state?.maximum.highest(this.#options.clock.now()) ?? 0);
    if (state && (update.total !== state.published.total || update.stale !== state.published.stale)) {
      state.needsCorrection = true;
      this.#schedule(site, state);
    }
    return update;
  }

  /** The total that `current` would have, at least: nothing is published because of it. */
  highest(site: string): number {
    return this.#sites.get(site)?.maximum.highest(this.#options.clock.now()) ?? 0;
  }

  /** Cancels all timers. */
  close(): void {
    for (const state of this.#sites.values()) state.timer?.cancel();
    this.#sites.clear();
  }

  #createMaximum(): SlidingMaximum {
    const { decreaseDelayMs, minUpdateIntervalMs } = this.#options;
    return createSlidingMaximum(decreaseDelayMs, minUpdateIntervalMs);
  }

  #createState(): SiteState {
    return {
      maximum: this.#createMaximum(),
      total: 0,
      published: { total: 0, stale: false, atMs: -Infinity },
      needsCorrection: false,
      dueSinceMs: undefined,
      isPublishing: false,
      timer: undefined,
    };
  }

  #createUpdate(site: string, total: number): TotalUpdate {
    return { site, total, stale: this.#options.isStale(site), sequence: ++this.#sequence };
  }

  #isDifferent(site: string, { published, needsCorrection }: SiteState, total: number): boolean {
    if (needsCorrection || total !== published.total) return true;
    return total > 0 && this.#options.isStale(site) !== published.stale;
  }

  /** Sets the timer of a site: for when it may be published, or for when its maximum falls by itself. */
  #schedule(site: string, state: SiteState): void {
    const { clock, minUpdateIntervalMs } = this.#options;
    const now = clock.now();
    const isDue = this.#isDifferent(site, state, state.maximum.highest(now));
    state.dueSinceMs = isDue ? (state.dueSinceMs ?? now) : undefined;
    if (state.isPublishing) return;
    const at = isDue
      ? Math.max(now, state.published.atMs + minUpdateIntervalMs)
      : state.maximum.nextFallAt(now);
    // A timer that fires too early sets the next one, so that in a storm most changes cost no timer.
    if (at !== undefined && state.timer && state.timer.atMs <= at) return;
    state.timer?.cancel();
    state.timer = undefined;
    if (at !== undefined) {
      state.timer = { atMs: at, cancel: clock.schedule(() => this.#publishIfDue(site, state), at - now) };
    } else if (state.total === 0) {
      this.#sites.delete(site);
    }
  }

  #publishIfDue(site: string, state: SiteState): void {
    const { clock, minUpdateIntervalMs, publish } = this.#options;
    const timerMs = state.timer?.atMs;
    state.timer = undefined;
    const now = clock.now();
    const total = state.maximum.highest(now);
    // A timer may fire a fraction of a millisecond early.
    const isDue = now >= state.published.atMs + minUpdateIntervalMs - 1;
    if (!isDue || !this.#isDifferent(site, state, total)) return this.#schedule(site, state);
    const previous = state.published.total;
    const update = this.#createUpdate(site, total);
    state.published = { total, stale: update.stale, atMs: now };
    // A fall becomes due with its timer.
    const sinceMs = Math.min(now, state.dueSinceMs ?? timerMs ?? now);
    state.needsCorrection = false;
    state.dueSinceMs = undefined;
    state.isPublishing = true;
    const done = (): void => {
      state.isPublishing = false;
      if (this.#sites.get(site) === state) this.#schedule(site, state);
    };
    publish(update, previous, done, sinceMs);
  }
}
