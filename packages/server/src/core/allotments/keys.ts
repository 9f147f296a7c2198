import type { AdmissionLimits } from '../admission.ts';

/** What all workers have to agree on. */
export interface AllotmentLimits {
  limits: AdmissionLimits;
  /** How many workers there can be at once. */
  maxWorkers: number;
}

type PlaceLimit = 'maxConnections' | 'maxPerAddress' | 'maxPerSite';

/** The key of all connections together. */
export const ALL = 'connections';

const ADDRESS = 'address ';
const SITE = 'site ';

export function addressKey(address: string): string {
  return ADDRESS + address;
}

export function siteKey(site: string): string {
  return SITE + site;
}

/** The limit that holds for a key. */
export function limitOf(key: string): PlaceLimit {
  if (key === ALL) return 'maxConnections';
  return key.startsWith(ADDRESS) ? 'maxPerAddress' : 'maxPerSite';
}

/** The places of a key that each worker has without asking: together at most half of them, or one each. */
export function defaultAllotment({ limits, maxWorkers }: AllotmentLimits, key: string): number {
  const limit = limits[limitOf(key)];
  if (limit < maxWorkers) return 0;
  return Math.max(1, Math.floor(limit / (2 * maxWorkers)));
}
