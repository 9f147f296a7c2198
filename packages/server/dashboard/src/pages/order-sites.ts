import type { SiteSummary } from '../data/shapes.ts';

export type SortKey = 'site' | 'people' | 'change' | 'peakToday' | 'peakAllTime';

export interface SiteOrder {
  /** Part of a name, in any case. */
  search: string;
  sort: SortKey;
  /** Names from z to a, numbers from the smallest on. */
  isReversed: boolean;
  pinned: ReadonlySet<string>;
}

/** How the number of people has changed in the last hour. `undefined` if the site was not known then. */
export function changeOf({ people, trend }: SiteSummary): number | undefined {
  return trend.length === 0 ? undefined : people - trend[0]!;
}

/** Peaks are recorded each minute, so that the number of this moment may be higher. */
export function peakOf({ people }: { people: number }, peak: number | null | undefined): number {
  return Math.max(peak ?? 0, people);
}

/** The sites that match, pinned ones first. */
export function orderSites(sites: readonly SiteSummary[], order: SiteOrder): SiteSummary[] {
  const { isReversed, pinned, sort } = order;
  const search = order.search.trim().toLowerCase();
  const found = search === '' ? sites : sites.filter(({ site }) => site.toLowerCase().includes(search));
  const compare = COMPARE[sort];
  const direction = isReversed ? -1 : 1;
  const sorted = [...found].sort((a, b) => direction * compare(a, b) || compareNames(a, b));
  if (pinned.size === 0) return sorted;
  const isPinned = ({ site }: SiteSummary): boolean => pinned.has(site);
  return [...sorted.filter(isPinned), ...sorted.filter((site) => !isPinned(site))];
}

const compareNames = (a: SiteSummary, b: SiteSummary): number =>
  a.site < b.site ? -1 : a.site > b.site ? 1 : 0;

const COMPARE: Record<SortKey, (a: SiteSummary, b: SiteSummary) => number> = {
  site: compareNames,
  people: (a, b) => b.people - a.people,
  change: (a, b) => (changeOf(b) ?? 0) - (changeOf(a) ?? 0),
  peakToday: (a, b) => peakOf(b, b.peakToday) - peakOf(a, a.peakToday),
  peakAllTime: (a, b) => peakOf(b, b.peakAllTime) - peakOf(a, a.peakAllTime),
};

export interface Sum {
  people: number;
  tabs: number;
  trend: number[];
  isStale: boolean;
}

/** All sites together. Trends end at the same minute, so that shorter ones are aligned at their ends. */
export function sumSites(sites: readonly SiteSummary[]): Sum {
  const length = sites.reduce((most, { trend }) => Math.max(most, trend.length), 0);
  const sum: Sum = { people: 0, tabs: 0, trend: Array.from({ length }, () => 0), isStale: false };
  for (const { people, tabs, stale, trend } of sites) {
    sum.people += people;
    sum.tabs += tabs;
    sum.isStale ||= stale;
    const offset = length - trend.length;
    // Ten thousand sites have 600,000 values, and an iterator takes five times as long.
    for (let index = 0; index < trend.length; index++) sum.trend[offset + index]! += trend[index]!;
  }
  return sum;
}
