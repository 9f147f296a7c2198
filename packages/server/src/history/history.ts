import type { Peak, Range, Sample } from '../core/samples.ts';
import { SiteHistory, stepSecondsOf, type SiteRecord } from './site-history.ts';

export interface HistoryOptions {
  /** The maximum of sites with a history. */
  maxSites: number;
  /** In ms since 1970. */
  timeOfDay: () => number;
  /** The members of a site at this moment. */
  people: (site: string) => number;
  /** All sites that have members. */
  sites: () => Iterable<string>;
  /** Called once, with the first site that gets no history. */
  onFull: (site: string) => void;
}

/** A site that has been empty for as long, in seconds, gives its place to another one if all places are taken. */
const KEPT_SECONDS = 7 * 86_400;
const SEARCH_SECONDS = 60;

/** The history of the sites that this server knows: samples, peaks and trends, in a memory of bounded size. */
export class History {
  readonly #options: HistoryOptions;
  readonly #sites = new Map<string, SiteHistory>();
  #isFull = false;
  /** Until then no place becomes free, in seconds since 1970: made-up sites must not cost a search each. */
  #searchAt = 0;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  /** Records the members of all sites. To be called once a minute. */
  record(): void {
    const { people, sites } = this.#options;
    const now = this.#now();
    for (const site of sites()) this.#siteFor(site, now);
    for (const [site, history] of this.#sites) {
      history.add(people(site), now);
      history.aggregate(now);
    }
  }

  /** The members of a site have changed. What lies between two records shows in the lowest and highest numbers. */
  observe(site: string, people: number): void {
    const now = this.#now();
    const history = people > 0 ? this.#siteFor(site, now) : this.#sites.get(site);
    history?.add(people, now);
  }

  /** The samples of a range, oldest first. */
  samples(site: string, range: Range): { stepSeconds: number; samples: Sample[] } {
    const samples = this.#sites.get(site)?.samples(range, this.#now()) ?? [];
    return { stepSeconds: stepSecondsOf(range), samples };
  }

  /** The highest numbers, the one of this moment included: its update may not be published yet. */
  peaks(site: string): { today: Peak | null; allTime: Peak | null } {
    const history = this.#sites.get(site);
    history?.add(this.#options.people(site), this.#now());
    return history?.peaks(this.#now()) ?? { today: null, allTime: null };
  }

  /** The members in each of the last 60 minutes, oldest first. */
  trend(site: string): number[] {
    return this.#sites.get(site)?.trend(this.#now()) ?? new Array<number>(60).fill(0);
  }

  /** When the history of a site begins, in seconds since 1970. */
  since(site: string): number | undefined {
    return this.#sites.get(site)?.since;
  }

  sites(): IterableIterator<string> {
    return this.#sites.keys();
  }

  /** What is to be stored. Each record is made when it is asked for, so that they need not be in memory together. */
  *records(): Generator<SiteRecord> {
    for (const [site, history] of this.#sites) yield history.toRecord(site);
  }

  /** Adds what is stored. */
  restore(records: Iterable<SiteRecord>): void {
    for (const record of records) this.#siteFor(record.site, record.occupiedAt)?.restore(record);
  }

  #now(): number {
    return Math.floor(this.#options.timeOfDay() / 1_000);
  }

  /** The history of a site, which begins at `since` if there is a place. */
  #siteFor(site: string, since: number): SiteHistory | undefined {
    const known = this.#sites.get(site);
    if (known) return known;
    if (this.#sites.size >= this.#options.maxSites && !this.#freePlace()) {
      if (!this.#isFull) this.#options.onFull(site);
      this.#isFull = true;
      return undefined;
    }
    const history = new SiteHistory(since);
    this.#sites.set(site, history);
    return history;
  }

  /** Drops the site that has been empty for longest. Returns whether there was one. */
  #freePlace(): boolean {
    const now = this.#now();
    if (now < this.#searchAt) return false;
    let oldest: [site: string, occupiedAt: number] | undefined;
    for (const [site, { occupiedAt }] of this.#sites) {
      if (!oldest || occupiedAt < oldest[1]) oldest = [site, occupiedAt];
    }
    if (oldest && oldest[1] < now - KEPT_SECONDS) return this.#sites.delete(oldest[0]);
    this.#searchAt = now + SEARCH_SECONDS;
    return false;
  }
}
