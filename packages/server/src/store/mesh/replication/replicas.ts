import { incarnationOf, type Delta, type Entry, type Incarnation } from '../wire/messages.ts';
import { bucketOf } from '../wire/keys.ts';
import { countOthers } from './count-others.ts';
import { isEmpty, isNewer, type Position, type Snapshot } from './snapshot.ts';

interface Replica {
  epoch: number;
  sequence: number;
  readonly sites: Map<string, Entry>;
}

export interface ReplicaHooks {
  /** Is called with each site about which something new is known. */
  changed: (site: string) => void;
  /** `by` has published how many members of a site it has ever claimed from this incarnation. */
  claimed: (site: string, by: Incarnation, number: number) => void;
}

/** What this server knows of the counts of all servers, by bucket and server. It does no input or output. */
export class ReplicaStore {
  readonly #self: string;
  readonly #changed: (site: string) => void;
  readonly #claimed: ReplicaHooks['claimed'];
  readonly #buckets = new Map<number, Map<string, Replica>>();
  #ownEpoch = 0;

  /**
   * @param self this server's name. Its own entries are kept, too, because of the claims in them.
   */
  constructor(self: string, { changed, claimed }: ReplicaHooks) {
    this.#self = self;
    this.#changed = changed;
    this.#claimed = claimed;
  }

  /** @returns `gap` if deltas before this one are missing: then the snapshot has to be read. */
  applyDelta(bucket: number, delta: Delta): 'applied' | 'old' | 'gap' {
    const { server, epoch, sequence, full } = delta;
    const replica = this.#buckets.get(bucket)?.get(server);
    if (replica && !isNewer(delta, replica)) return 'old';
    const sites = delta.sites.filter(([site]) => bucketOf(site) === bucket);
    if (full) {
      const filled = sites.filter(([, entry]) => !isEmpty(entry));
      this.#put(bucket, server, { epoch, sequence, sites: new Map(filled) });
      return 'applied';
    }
    if (!replica || epoch !== replica.epoch || sequence !== replica.sequence + 1) return 'gap';
    replica.sequence = sequence;
    for (const [site, entry] of sites) {
      if (isEmpty(entry)) replica.sites.delete(site);
      else replica.sites.set(site, entry);
      this.#noteClaim(server, epoch, site, entry);
      this.#changed(site);
    }
    return 'applied';
  }

  /** Applies a snapshot, unless what is known is as new. */
  applySnapshot(bucket: number, server: string, snapshot: Snapshot): void {
    const known = this.#buckets.get(bucket)?.get(server);
    if (!known || isNewer(snapshot, known)) this.#put(bucket, server, snapshot);
  }

  /** The next full delta or snapshot of this epoch replaces what is known, whatever its number. */
  distrust(bucket: number, server: string): void {
    const replica = this.#buckets.get(bucket)?.get(server);
    if (replica) replica.sequence = -1;
  }

  /** Sets this server's own entry for a site. Totals use it at once. */
  setOwn(site: string, entry: Entry): void {
    const replicas = this.#replicasOf(bucketOf(site));
    let own = replicas.get(this.#self);
    if (!own) replicas.set(this.#self, (own = { epoch: this.#ownEpoch, sequence: 0, sites: new Map() }));
    if (isEmpty(entry)) own.sites.delete(site);
    else own.sites.set(site, entry);
  }

  /** This server has a new epoch. */
  startEpoch(epoch: number): void {
    this.#ownEpoch = epoch;
    for (const replicas of this.#buckets.values()) {
      const own = replicas.get(this.#self);
      if (own) own.epoch = epoch;
    }
  }

  position(bucket: number, server: string): Position | undefined {
    return this.#buckets.get(bucket)?.get(server);
  }

  entry(site: string, server: string): Entry | undefined {
    return this.#buckets.get(bucketOf(site))?.get(server)?.sites.get(site);
  }

  /**
   * Drops the counts of a server that was evicted. Its claims stay: the servers that they concern may not have
   * acknowledged them yet, and its own members are about to connect elsewhere.
   */
  dropCounts(server: string): void {
    for (const [bucket, replicas] of [...this.#buckets]) {
      const replica = replicas.get(server);
      const claims = [...(replica?.sites ?? [])].flatMap(([site, entry]) =>
        entry.claims ? [[site, { count: 0, claims: entry.claims, acknowledged: undefined }] as const] : [],
      );
      if (!replica || claims.length === 0) this.drop(bucket, server);
      else this.#put(bucket, server, { ...replica, sites: new Map(claims) });
    }
  }

  /** Drops everything of a server. */
  dropServer(server: string): void {
    for (const bucket of [...this.#buckets.keys()]) this.drop(bucket, server);
  }

  /** Drops a bucket of all other servers. */
  dropBucket(bucket: number): void {
    for (const server of [...(this.#buckets.get(bucket)?.keys() ?? [])]) {
      if (server !== this.#self) this.drop(bucket, server);
    }
  }

  /** Drops a bucket of one server. */
  drop(bucket: number, server: string): void {
    const replicas = this.#buckets.get(bucket);
    const replica = replicas?.get(server);
    if (!replicas || !replica) return;
    replicas.delete(server);
    if (replicas.size === 0) this.#buckets.delete(bucket);
    for (const site of replica.sites.keys()) this.#changed(site);
  }

  /** How many members all servers but this one have on a site. */
  others(site: string): number {
    return countOthers(this.#buckets.get(bucketOf(site)), site, this.#self);
  }

  /** The sites on which other servers have members. */
  *sites(): Iterable<string> {
    const seen = new Set<string>();
    for (const replicas of this.#buckets.values()) {
      for (const [server, { sites }] of replicas) {
        if (server === this.#self) continue;
        for (const site of sites.keys()) {
          if (seen.has(site)) continue;
          seen.add(site);
          if (countOthers(replicas, site, this.#self) > 0) yield site;
        }
      }
    }
  }

  /** The keys of pages of a site that have members on other servers. */
  *pageKeys(site: string): Iterable<string> {
    const replicas = this.#buckets.get(bucketOf(site));
    for (const key of new Set([...(replicas?.values() ?? [])].flatMap(({ sites }) => [...sites.keys()]))) {
      if (key.startsWith(`${site}/`) && countOthers(replicas, key, this.#self) > 0) yield key;
    }
  }

  #noteClaim(server: string, epoch: number, site: string, { claims }: Entry): void {
    const number = claims?.get(incarnationOf(this.#self, this.#ownEpoch));
    if (number !== undefined) this.#claimed(site, incarnationOf(server, epoch), number);
  }

  #replicasOf(bucket: number): Map<string, Replica> {
    let replicas = this.#buckets.get(bucket);
    if (!replicas) this.#buckets.set(bucket, (replicas = new Map<string, Replica>()));
    return replicas;
  }

  #put(bucket: number, server: string, { epoch, sequence, sites }: Snapshot): void {
    const replicas = this.#replicasOf(bucket);
    const before = replicas.get(server)?.sites;
    replicas.set(server, { epoch, sequence, sites: new Map(sites) });
    for (const [site, entry] of sites) this.#noteClaim(server, epoch, site, entry);
    for (const site of new Set([...(before?.keys() ?? []), ...sites.keys()])) this.#changed(site);
  }
}
