/** The members of a site in one step of time: when it begins, in seconds since 1970, and the lowest, mean and highest number. */
export type Sample = readonly [unixSeconds: number, min: number, mean: number, max: number];

/** The most members at a time, and when that was, in seconds since 1970. */
export interface Peak {
  people: number;
  at: number;
}

/** The most members of sites. */
export type SitePeaks = readonly (readonly [site: string, people: number])[];

/** How far back the history of a site can be read. */
export const RANGES = ['15m', '24h', '30d', '2y'] as const;
export type Range = (typeof RANGES)[number];
