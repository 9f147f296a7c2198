import type { Clock } from '../core/ports.ts';
import type { WebhookEvent, WebhookEventType } from './webhook-event.ts';

export interface SiteEventsOptions {
  clock: Clock;
  /** The time of day, in ms since 1970. */
  timeOfDay: () => number;
  /** The thresholds of all webhooks. */
  thresholds: readonly number[];
  /** The highest total that a site had before, as far as that is known; 0 if it is not. */
  earlierPeak: (site: string) => number;
  emit: (event: WebhookEvent) => void;
}

/** A peak below this total is no event: a new site would have one for each of its first members. */
const MIN_PEAK = 10;
/** A rise to a new peak is one event, after this time, in ms, with the highest total of it. */
export const PEAK_DELAY_MS = 60_000;
/** How many sites keep their peak while they have no members. */
const MAX_PEAKS = 10_000;

interface SiteState {
  total: number;
  /** The thresholds that the total has risen above. */
  readonly above: Set<number>;
  cancelPeak: (() => void) | undefined;
}

/** The total at which a site falls below a threshold, a tenth lower (hysteresis). */
function lowerBound(threshold: number): number {
  return Math.min(threshold - 1, Math.floor(threshold * 0.9));
}

/** Turns the totals of sites into events. [H1] */
export class SiteEvents {
  readonly #options: SiteEventsOptions;
  readonly #sites = new Map<string, SiteState>();
  /** The highest total of each site, the oldest first. */
  readonly #peaks = new Map<string, number>();

  constructor(options: SiteEventsOptions) {
    this.#options = options;
  }

  /** A total that was there before: it is no event. */
  setBaseline(site: string, total: number): void {
    if (total === 0) return this.#forget(site);
    const above = this.#options.thresholds.filter((threshold) => total >= threshold);
    this.#sites.get(site)?.cancelPeak?.();
    this.#sites.set(site, { total, above: new Set(above), cancelPeak: undefined });
    const peak = this.#peaks.get(site);
    if (peak !== undefined) this.#setPeak(site, Math.max(total, peak));
  }

  /** Whether the site has had members. */
  has(site: string): boolean {
    return this.#sites.has(site);
  }

  /** The exact total of a site was published. */
  update(site: string, total: number): void {
    let state = this.#sites.get(site);
    if (!state) {
      if (total === 0) return;
      state = { total: 0, above: new Set(), cancelPeak: undefined };
      this.#sites.set(site, state);
    }
    const previous = state.total;
    state.total = total;
    if (previous === 0 && total > 0) this.#emit('site.occupied', site, total);
    this.#crossThresholds(site, state);
    this.#checkPeak(site, state, previous);
    if (previous > 0 && total === 0) {
      this.#emit('site.vacated', site, total);
      // A peak that waits is still sent.
      if (!state.cancelPeak) this.#sites.delete(site);
    }
  }

  /** A peak is known that the site had before: a total up to it is none, also if its event waits already. */
  addEarlierPeak(site: string, peak: number): void {
    const known = this.#peaks.get(site) ?? 0;
    const state = this.#sites.get(site);
    if (known <= peak && state?.cancelPeak) {
      state.cancelPeak();
      state.cancelPeak = undefined;
      if (state.total === 0) this.#forget(site);
    }
    this.#setPeak(site, Math.max(known, peak));
  }

  /** Cancels all timers. */
  close(): void {
    for (const { cancelPeak } of this.#sites.values()) cancelPeak?.();
    this.#sites.clear();
  }

  #crossThresholds(site: string, { total, above }: SiteState): void {
    for (const threshold of this.#options.thresholds) {
      if (!above.has(threshold) && total >= threshold) {
        above.add(threshold);
        this.#emit('site.threshold', site, total, { threshold, direction: 'above' });
      } else if (above.has(threshold) && total <= lowerBound(threshold)) {
        above.delete(threshold);
        this.#emit('site.threshold', site, total, { threshold, direction: 'below' });
      }
    }
  }

  #checkPeak(site: string, state: SiteState, previous: number): void {
    const known = this.#peaks.get(site);
    // The total may have begun above the peak that is known.
    const peak = Math.max(previous, known ?? this.#options.earlierPeak(site));
    if (peak !== known) this.#setPeak(site, peak);
    if (state.total <= peak) return;
    this.#setPeak(site, state.total);
    if (state.total < MIN_PEAK || state.cancelPeak) return;
    state.cancelPeak = this.#options.clock.schedule(() => {
      state.cancelPeak = undefined;
      this.#emit('site.peak', site, this.#peaks.get(site) ?? state.total);
      if (state.total === 0) this.#forget(site);
    }, PEAK_DELAY_MS);
  }

  #setPeak(site: string, peak: number): void {
    this.#peaks.delete(site);
    this.#peaks.set(site, peak);
    for (const oldest of this.#peaks.keys()) {
      if (this.#peaks.size <= MAX_PEAKS) return;
      this.#peaks.delete(oldest);
    }
  }

  #forget(site: string): void {
    this.#sites.get(site)?.cancelPeak?.();
    this.#sites.delete(site);
  }

  #emit(
    type: WebhookEventType,
    site: string,
    people: number,
    details: Pick<WebhookEvent, 'threshold' | 'direction'> = {},
  ): void {
    this.#options.emit({ type, site, at: this.#options.timeOfDay(), people, ...details });
  }
}
