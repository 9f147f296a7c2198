import { MAX_OPEN_CLAIMS } from '../wire/bounds.ts';
import { incarnationOf, type Entry, type Incarnation } from '../wire/messages.ts';

/** The state of one server for a bucket, as far as it is known. */
export interface Replica {
  readonly epoch: number;
  readonly sites: ReadonlyMap<string, Entry>;
}

/**
 * How many members all servers but `self` count on a site, less those that were claimed from a server and that it has not
 * acknowledged. No server contributes less than 0: a claimed member may have left just before.
 *
 * @param replicas by the name of the server, `self` included.
 */
export function countOthers(
  replicas: ReadonlyMap<string, Replica> | undefined,
  site: string,
  self: string,
): number {
  let total = 0;
  if (!replicas) return total;
  let hasClaims = false;
  for (const [server, { sites }] of replicas) {
    const entry = sites.get(site);
    if (!entry) continue;
    if (server !== self) total += entry.count;
    hasClaims ||= entry.claims !== undefined;
  }
  // Claims are rare. A site without one costs one look at each server.
  if (!hasClaims) return total;
  total = 0;
  for (const [server, { epoch, sites }] of replicas) {
    const entry = sites.get(site);
    if (!entry) continue;
    const open = countOpenClaims(replicas, site, incarnationOf(server, epoch), entry);
    if (server !== self) total += Math.max(0, entry.count - open);
    // Members that were claimed from this server are still in its own count, which is added later.
    else total -= Math.min(entry.count, open);
  }
  return Math.max(0, total);
}

/** How many members of `incarnation` other servers have claimed and it has not acknowledged. */
function countOpenClaims(
  replicas: ReadonlyMap<string, Replica>,
  site: string,
  incarnation: Incarnation,
  { acknowledged }: Entry,
): number {
  let open = 0;
  for (const [claimant, { epoch, sites }] of replicas) {
    const claimed = sites.get(site)?.claims?.get(incarnation);
    if (claimed === undefined) continue;
    const waiting = claimed - (acknowledged?.get(incarnationOf(claimant, epoch)) ?? 0);
    // No server has ever claimed more than that.
    if (waiting > 0 && waiting <= MAX_OPEN_CLAIMS) open += waiting;
  }
  return open;
}
