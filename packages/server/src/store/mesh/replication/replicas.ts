import { incarnationOf, type Entry, type Incarnation, type Delta } from '../wire/messages.ts';
import { bucketOf } from '../wire/keys.ts';
import { isEmpty, type Snapshot } from './snapshot.ts';

/** What the servers of a mesh have said, and what it adds up to. Pure: it is told everything. */
export interface ReplicaStore {
  /**
   * Takes a report in.
   *
   * @returns `gap` if reports before this one are missing: then nothing has been taken in, and the share has to be
   * read whole.
   */
  apply(bucket: number, report: Delta): 'applied' | 'old' | 'gap';
  /** This server's own entry for a site, `undefined` where it has nothing to say. It is in force at once. */
  own(site: string, entry: Entry | undefined): void;
  /** From now on this server speaks under another epoch. */
  renew(epoch: number): void;
  /** Takes a whole share in, unless what is known is newer. */
  replace(bucket: number, server: string, share: Snapshot): void;
  /** How far what is known of a server's share of a bucket goes. */
  known(bucket: number, server: string): Pick<Snapshot, 'epoch' | 'sequence'> | undefined;
  /** What a server has last said about a site. */
  entry(site: string, server: string): Entry | undefined;
  /** Drops a server's share of one bucket. */
  drop(bucket: number, server: string): void;
  /**
   * Drops all that a server has said but its claims: those it has claimed may not have answered yet, and its own
   * pages are about to come in elsewhere.
   */
  forget(server: string): void;
  /** Drops the claims of a server that has been forgotten for long. */
  forgetClaims(server: string): void;
  /** Drops all that others have said about a bucket. */
  forgetBucket(bucket: number): void;
  /** How many people all servers but this one have on a site. */
  others(site: string): number;
  /** The sites on which others have people. */
  sites(): Iterable<string>;
}

/**
 * @param self this server's name. What it says itself is in the ledger, too, for the claims in it.
 * @param changed is called with each site about which something new is known.
 */
export function createReplicaStore(self: string, changed: (site: string) => void): ReplicaStore {
  const buckets = new Map<number, Map<string, MutableShare>>();
  let ownEpoch = 0;

  function sharesOf(bucket: number): Map<string, MutableShare> {
    let shares = buckets.get(bucket);
    if (!shares) buckets.set(bucket, (shares = new Map<string, MutableShare>()));
    return shares;
  }

  function put(bucket: number, server: string, share: Snapshot): void {
    const shares = sharesOf(bucket);
    const before = shares.get(server)?.sites;
    shares.set(server, { ...share, sites: new Map(share.sites) });
    for (const site of new Set([...(before?.keys() ?? []), ...share.sites.keys()])) changed(site);
  }

  function drop(bucket: number, server: string): void {
    const shares = buckets.get(bucket);
    const share = shares?.get(server);
    if (!shares || !share) return;
    shares.delete(server);
    if (shares.size === 0) buckets.delete(bucket);
    for (const site of share.sites.keys()) changed(site);
  }

  return {
    apply(bucket, report) {
      const { server, epoch, sequence, full } = report;
      const share = buckets.get(bucket)?.get(server);
      if (share && (epoch < share.epoch || (epoch === share.epoch && sequence <= share.sequence))) {
        return 'old';
      }
      const sites = report.sites.filter(([site]) => bucketOf(site) === bucket);
      if (full) {
        const filled = sites.filter(([, entry]) => !isEmpty(entry));
        put(bucket, server, { epoch, sequence, sites: new Map(filled) });
        return 'applied';
      }
      if (!share || epoch !== share.epoch || sequence !== share.sequence + 1) return 'gap';
      share.sequence = sequence;
      for (const [site, entry] of sites) {
        if (isEmpty(entry)) share.sites.delete(site);
        else share.sites.set(site, entry);
        changed(site);
      }
      return 'applied';
    },
    own(site, entry) {
      const shares = sharesOf(bucketOf(site));
      let share = shares.get(self);
      if (!share)
        shares.set(self, (share = { epoch: ownEpoch, sequence: 0, sites: new Map<string, Entry>() }));
      if (entry) share.sites.set(site, entry);
      else share.sites.delete(site);
    },
    renew(epoch) {
      ownEpoch = epoch;
      for (const shares of buckets.values()) {
        const share = shares.get(self);
        if (share) share.epoch = epoch;
      }
    },
    replace(bucket, server, share) {
      const known = buckets.get(bucket)?.get(server);
      if (
        known &&
        (share.epoch < known.epoch || (share.epoch === known.epoch && share.sequence <= known.sequence))
      ) {
        return;
      }
      put(bucket, server, share);
    },
    known: (bucket, server) => buckets.get(bucket)?.get(server),
    entry: (site, server) => buckets.get(bucketOf(site))?.get(server)?.sites.get(site),
    drop,
    forget(server) {
      for (const [bucket, shares] of [...buckets]) {
        const share = shares.get(server);
        const claims = [...(share?.sites ?? [])].filter(([, entry]) => entry.claims);
        if (!share || claims.length === 0) {
          drop(bucket, server);
          continue;
        }
        const left = claims.map(
          ([site, entry]) => [site, { count: 0, claims: entry.claims, answers: undefined }] as const,
        );
        put(bucket, server, { ...share, sites: new Map(left) });
      }
    },
    forgetClaims(server) {
      for (const bucket of [...buckets.keys()]) drop(bucket, server);
    },
    forgetBucket(bucket) {
      for (const server of [...(buckets.get(bucket)?.keys() ?? [])]) {
        if (server !== self) drop(bucket, server);
      }
    },
    others: (site) => countOthers(buckets.get(bucketOf(site)), site, self),
    *sites() {
      const seen = new Set<string>();
      for (const shares of buckets.values()) {
        for (const [server, share] of shares) {
          if (server === self) continue;
          for (const site of share.sites.keys()) {
            if (seen.has(site)) continue;
            seen.add(site);
            if (countOthers(shares, site, self) > 0) yield site;
          }
        }
      }
    },
  };
}

interface MutableShare {
  epoch: number;
  sequence: number;
  sites: Map<string, Entry>;
}

/**
 * The sum of what the others have, without the members that were taken over from somebody who has not answered yet.
 * Nobody falls below 0 by that: who is claimed may have left just before.
 */
function countOthers(
  shares: ReadonlyMap<string, MutableShare> | undefined,
  site: string,
  self: string,
): number {
  let total = 0;
  if (!shares) return total;
  let claimed = false;
  for (const [server, { sites }] of shares) {
    const entry = sites.get(site);
    if (!entry) continue;
    if (server !== self) total += entry.count;
    claimed ||= entry.claims !== undefined;
  }
  // Claims are rare, and a site that has none costs one look at each server.
  if (!claimed) return total;
  total = 0;
  for (const [server, { epoch, sites }] of shares) {
    const entry = sites.get(site);
    if (!entry) continue;
    const open = openClaims(shares, site, incarnationOf(server, epoch), entry);
    if (server !== self) total += Math.max(0, entry.count - open);
    // Those who were taken over from here are still counted here: they come off what the others have.
    else total -= Math.min(entry.count, open);
  }
  return Math.max(0, total);
}

/** How many members of `life` others have claimed, and it has not answered yet. */
function openClaims(
  shares: ReadonlyMap<string, MutableShare>,
  site: string,
  life: Incarnation,
  entry: Entry,
): number {
  let open = 0;
  for (const [claimant, { epoch, sites }] of shares) {
    const claims = sites.get(site)?.claims?.get(life);
    if (claims === undefined) continue;
    open += Math.max(0, claims - (entry.answers?.get(incarnationOf(claimant, epoch)) ?? 0));
  }
  return open;
}
