import { isSiteKey } from '../../../core/site-keys.ts';

/**
 * Bounds for what a server remembers because of resume tokens. [C7] A client can make up any number of servers,
 * members and sites. Past a bound a move is ignored, and the member may count twice until its old server misses it.
 */
export interface MoveLimits {
  /** How long a move matters, in ms. By then every server has evicted a dead one, and missed a half-open connection. */
  keepMs: number;
  /** Members from servers that this one does not know. */
  maxPending: number;
  /** Members whose old server is known and has not acknowledged the claim yet. */
  maxUnacknowledged: number;
  /** Claims: pairs of a site and a server from which members came. */
  maxClaims: number;
  /** Sites with acknowledgements. */
  maxAcknowledged: number;
}

/**
 * The share of each bound that moves may use. The rest is for members of sites, so that no page keeps a member of a site
 * from being claimed.
 */
export function shareOf(key: string): number {
  return isSiteKey(key) ? 1 : 0.5;
}

export function createMoveLimits(leaseMs: number): MoveLimits {
  return {
    keepMs: Math.max(15_000, leaseMs + 5_000),
    maxPending: 10_000,
    maxUnacknowledged: 100_000,
    maxClaims: 20_000,
    maxAcknowledged: 50_000,
  };
}
