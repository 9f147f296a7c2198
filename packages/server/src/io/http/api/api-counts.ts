/** The members of a site on all servers. */
export interface SiteCount {
  /** How many are counted. */
  people: number;
  /** How many tabs they have open, at least as many. */
  tabs: number;
}

/** The numbers that the API gives, as far as this server knows them. */
export interface ApiCounts {
  count(site: string): SiteCount;
  /** All sites that have members. */
  sites(): Iterable<string>;
  /** Whether the numbers of a site may be old. */
  isStale(site: string): boolean;
}
