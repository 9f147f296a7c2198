import type { Clock, ResumePoint, Store, StoreListener } from '../../core/ports.ts';
import { BusRefused, type Bus, type BusLink } from '../bus/bus.ts';
import { createRunCommands } from '../bus/deadline.ts';
import { Acknowledgements } from './handover/acknowledgements.ts';
import { Claims } from './handover/claims.ts';
import { createMoveLimits, type MoveLimits } from './handover/move-limits.ts';
import { Health } from './link/health.ts';
import { Receiver } from './link/receiver.ts';
import { Reconnector } from './link/reconnector.ts';
import { Session } from './link/session.ts';
import { FailureDetector } from './membership/failure-detector.ts';
import { Membership } from './membership/membership.ts';
import { SelfProbe } from './membership/self-probe.ts';
import { BucketReader } from './replication/bucket-reader.ts';
import { DeltaPublisher } from './replication/delta-publisher.ts';
import { ReplicaStore } from './replication/replicas.ts';
import { Resync } from './replication/resync.ts';
import { BucketSubscriptions } from './replication/subscriptions.ts';
import { bucketOf, createKeyNames, type KeyNames } from './wire/keys.ts';
import { incarnationOf, type Entry } from './wire/messages.ts';

/** A store that agrees with those of other servers over a bus. */
export interface MeshStore extends Store {
  readonly server: string;
  peers(): number;
  /** Another server is known to be dead: no server counts its members any more. */
  evict(server: string): void;
}

export interface MeshOptions {
  bus: Bus;
  clock: Clock;
  /** This server's name, which is never used again: 1 to 48 letters, digits, `_` or `-`. */
  server: string;
  /** What the names of all keys and channels begin with. */
  prefix: string;
  /** Whether only sites are known on which this server has members, or all. */
  follow: 'hosted' | 'all';
  /** How long a server may be silent before it is evicted, in ms. */
  leaseMs: number;
  heartbeatIntervalMs: number;
  /** Shortest time between two deltas of a bucket, in ms. */
  publishIntervalMs: number;
  /** From 0 up to 1, for spreading reconnects. */
  random: () => number;
  /** Other bounds than the defaults. */
  moveLimits?: Partial<MoveLimits>;
}

/** How many leases a snapshot lives without being refreshed. */
const SNAPSHOT_LEASES = 6;

/** Creates a store that agrees with others over `bus`. [S1–S6] */
export function createMeshStore(options: MeshOptions): MeshStore {
  return new Mesh(options);
}

/** Joins the parts of a mesh. What lives as long as the store is created here; what lives as long as a link, in `#createSession`. */
class Mesh implements MeshStore {
  readonly server: string;
  readonly #options: MeshOptions;
  readonly #keys: KeyNames;
  readonly #snapshotTtlMs: number;
  readonly #counts = new Map<string, number>();
  readonly #replicas: ReplicaStore;
  readonly #membership: Membership;
  readonly #claims: Claims;
  readonly #acknowledgements: Acknowledgements;
  readonly #publisher: DeltaPublisher;
  readonly #subscriptions: BucketSubscriptions;
  readonly #health: Health;
  readonly #reconnector: Reconnector;
  #listener: StoreListener | undefined;
  #epoch = 0;
  #hasBeenOpen = false;
  #closing: Promise<void> | undefined;

  constructor(options: MeshOptions) {
    const { clock, leaseMs, server } = options;
    const now = (): number => clock.now();
    const limits = { ...createMoveLimits(leaseMs), ...options.moveLimits };
    const incarnation = (): string => incarnationOf(server, this.#epoch);
    const changed = (site: string): void => this.#entryChanged(site);
    this.server = server;
    this.#options = options;
    this.#keys = createKeyNames(options.prefix);
    this.#snapshotTtlMs = SNAPSHOT_LEASES * leaseMs;
    this.#replicas = new ReplicaStore(server, (site) => {
      this.#claims.update(site);
      this.#listener?.changed(site);
    });
    this.#membership = new Membership({ self: server, now, leaseMs });
    this.#claims = new Claims({
      now,
      epochOf: (name) => this.#membership.epochOf(name),
      isAlive: (name) => this.#membership.get(name) !== undefined,
      acknowledgedBy: (site, name) => this.#replicas.entry(site, name)?.acknowledged?.get(incarnation()) ?? 0,
      limits,
      incarnation,
      changed,
    });
    this.#acknowledgements = new Acknowledgements({
      now,
      keepMs: 3 * limits.keepMs,
      maxSites: limits.maxAcknowledged,
      claimed: (site, member, connectionNumber) => this.#listener?.claimed(site, member, connectionNumber),
      changed,
    });
    this.#publisher = new DeltaPublisher({
      server,
      keys: this.#keys,
      now,
      entryOf: (site) => this.#entryOf(site),
      snapshotTtlMs: this.#snapshotTtlMs,
    });
    this.#subscriptions = new BucketSubscriptions(options.follow, now);
    this.#health = new Health(clock, (stale, reason) => this.#listener?.stale(stale, reason));
    this.#reconnector = new Reconnector({
      ...options,
      health: this.#health,
      createSession: (link, fail) => this.#createSession(link, fail),
      hasPending: () => this.#publisher.hasPending,
      hasUnknownBuckets: () =>
        this.#subscriptions.wanted().some((bucket) => !this.#subscriptions.isKnown(bucket)),
      isComplete: () => this.#membership.isComplete(),
      caughtUp: () => this.#caughtUp(),
      sweep: () => this.#sweep(),
    });
  }

  async open(listener: StoreListener): Promise<void> {
    this.#listener = listener;
    try {
      await this.#reconnector.start();
    } catch (error) {
      if (error instanceof BusRefused) {
        this.#reconnector.close();
        throw error;
      }
      this.#health.stale((error as Error).message);
    }
  }

  report(site: string, count: number): void {
    if (this.#closing || !this.#listener) return;
    this.#reconnector.checkPause();
    const before = this.#counts.get(site) ?? 0;
    if (before === count) return;
    if (count > 0) this.#counts.set(site, count);
    else this.#counts.delete(site);
    if (before > 0 !== count > 0) this.#subscriptions.host(bucketOf(site), count > 0 ? 1 : -1);
    this.#putEntry(site);
    this.#reconnector.follow();
  }

  claim(site: string, member: string, from: ResumePoint): void {
    if (!this.#closing && from.server !== this.server) this.#claims.add(site, member, from);
  }

  others(site: string): number {
    return this.#replicas.others(site);
  }

  stale(site: string): boolean {
    // After a pause of this process, updates that were waiting come before the next heartbeat.
    this.#reconnector.checkPause();
    return !this.#subscriptions.isKnown(bucketOf(site));
  }

  sites(): Iterable<string> {
    return this.#replicas.sites();
  }

  peers(): number {
    return this.#membership.size;
  }

  evict(server: string): void {
    this.#membership.left(server);
    for (const evicted of this.#membership.takeEvicted()) this.#evicted(evicted.server);
    void this.#reconnector.announceLeave(server).catch(() => {});
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#health.close();
    await this.#reconnector.leave().catch(() => {});
    this.#reconnector.close();
  }

  /** Begins a new epoch, in which everything is published and claimed again. */
  #createSession(link: BusLink, fail: (error: Error) => void): Session {
    const epoch = ++this.#epoch;
    this.#replicas.startEpoch(epoch);
    this.#membership.linked();
    this.#acknowledgements.startEpoch();
    this.#publisher.startEpoch(epoch);
    this.#claims.startEpoch();
    for (const site of this.#counts.keys()) this.#putEntry(site);

    const { server, clock } = this.#options;
    const run = createRunCommands(clock, link);
    const lasting = {
      server,
      clock,
      keys: this.#keys,
      replicas: this.#replicas,
      membership: this.#membership,
      claims: this.#claims,
      acknowledgements: this.#acknowledgements,
      publisher: this.#publisher,
      subscriptions: this.#subscriptions,
    };
    const base = { ...lasting, epoch, link, run, fail };
    const probe = new SelfProbe({ ...base, channel: this.#keys.server(server) });
    const resync = new Resync(base);
    const detector = new FailureDetector({ ...base, evicted: (name) => this.#evicted(name) });
    const subscribed = (channels: readonly string[]): void => probe.cover(channels);
    const buckets = new BucketReader({ ...base, resync, subscribed });
    const wake = (): void => this.#reconnector.flushSoon();
    const receiver = new Receiver({ ...base, detector, probe, buckets, resync, wake });
    const isFirst = !this.#hasBeenOpen;
    const snapshotTtlMs = this.#snapshotTtlMs;
    return new Session({ ...base, detector, probe, buckets, receiver, snapshotTtlMs, isFirst });
  }

  #evicted(server: string): void {
    this.#replicas.dropCounts(server);
    this.#claims.serverEvicted(server);
  }

  #caughtUp(): void {
    this.#hasBeenOpen = true;
    // Whether a total is stale may have changed as well.
    for (const site of this.#counts.keys()) this.#listener?.changed(site);
  }

  #sweep(): void {
    this.#claims.sweep();
    this.#acknowledgements.sweep();
    for (const server of this.#membership.takeForgotten()) this.#replicas.dropServer(server);
  }

  #entryOf(site: string): Entry {
    return {
      count: this.#counts.get(site) ?? 0,
      claims: this.#claims.numbers(site),
      acknowledged: this.#acknowledgements.numbers(site),
    };
  }

  /** This server's entry for a site has changed: totals use it at once, and it is published soon. */
  #putEntry(site: string): void {
    this.#replicas.setOwn(site, this.#entryOf(site));
    this.#publisher.markChanged(site);
    this.#reconnector.flushSoon();
  }

  #entryChanged(site: string): void {
    this.#putEntry(site);
    this.#listener?.changed(site);
  }
}
