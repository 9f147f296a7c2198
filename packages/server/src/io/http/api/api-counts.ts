/** The numbers of sites on all servers, as far as this server knows them. */
export interface ApiCounts {
  count(site: string): { people: number; tabs: number };
  pages(site: string): { pages: Map<string, number>; other: number };
  /** All sites that have members. */
  sites(): Iterable<string>;
  /** Whether the numbers of a site may be old. */
  isStale(site: string): boolean;
  /** Calls `listener` for each site whose total was published. Returns a function that unsubscribes it. */
  onTotal(listener: (site: string) => void): () => void;
}
