import { Histogram, type HistogramSnapshot } from '../../core/histogram.ts';
import type { ResumePoint, Store, StoreListener } from '../../core/ports.ts';
import { BusRefused, type BusLink, type BusWarning } from '../bus/bus.ts';
import { createRunCommands } from '../bus/deadline.ts';
import { Health } from './link/health.ts';
import { createReceiver } from './link/receiver.ts';
import { Reconnector } from './link/reconnector.ts';
import { Session } from './link/session.ts';
import { OwnName } from './membership/own-name.ts';
import { SelfProbe } from './membership/self-probe.ts';
import type { MeshOptions } from './mesh-options.ts';
import { createMeshParts, type MeshParts } from './mesh-parts.ts';
import { Resync } from './replication/resync.ts';
import { SiteTexts } from './texts.ts';
import { isNewerEpoch, MAX_COUNT, nextEpoch } from './wire/bounds.ts';
import { bucketOf } from './wire/keys.ts';
import type { Entry } from './wire/messages.ts';

/** A store that agrees with those of other servers over a bus. */
export interface MeshStore extends Store {
  readonly server: string;
  peers(): number;
  /** The smallest name among the servers, this one included. */
  leader(): string;
  readTexts(): Promise<ReadonlyMap<string, string>>;
  writeTexts(texts: readonly (readonly [site: string, text: string])[]): Promise<void>;
  deleteTexts(sites: readonly string[]): Promise<void>;
  isLeader(): boolean;
  latency(): HistogramSnapshot;
  hasPeer(server: string): boolean;
  announce(text: string): void;
  onAnnouncement(listener: (server: string, text: string) => void): () => void;
  /** Another server is known to be dead: no server counts its members any more. */
  evict(server: string): void;
}

/** From Redis on the same machine to the timeout of a round trip, in seconds. */
const LATENCY_BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

/** Shortest time between two warnings of one kind, in ms. */
const WARNING_MS = 60_000;

/** Creates a store that agrees with others over `bus`. [S1–S6] */
export function createMeshStore(options: MeshOptions): MeshStore {
  return new Mesh(options);
}

class Mesh implements MeshStore {
  readonly server: string;
  readonly kind?: 'redis';
  readonly #parts: MeshParts;
  readonly #health: Health;
  readonly #reconnector: Reconnector;
  readonly #texts: SiteTexts;
  readonly #counts = new Map<string, number>();
  readonly #latency = new Histogram(LATENCY_BOUNDS);
  readonly #announcementListeners = new Set<(server: string, text: string) => void>();
  #listener: StoreListener | undefined;
  #epoch = 0;
  /** The newest epoch that others have used in the name of this server since it began its own one. */
  #taken = 0;
  #hasBeenOpen = false;
  readonly #warnedAtMs = new Map<BusWarning, number>();
  #closing: Promise<void> | undefined;

  constructor(options: MeshOptions) {
    this.server = options.server;
    if (options.kind) this.kind = options.kind;
    this.#parts = createMeshParts(options, {
      entryOf: (site) => this.#entryOf(site),
      changed: (site) => {
        this.#putEntry(site);
        this.#listener?.changed(site);
      },
      epoch: () => this.#epoch,
      warning: (kind, text) => this.#warn(kind, text),
      listener: () => this.#listener,
    });
    const { membership, publisher, subscriptions } = this.#parts;
    this.#health = new Health(options.clock, (stale, reason) => this.#listener?.stale(stale, reason));
    this.#reconnector = new Reconnector({
      ...options,
      health: this.#health,
      createSession: (link, fail) => this.#createSession(link, fail),
      hasPending: () => publisher.hasPending,
      hasUnknownBuckets: () => subscriptions.wanted().some((bucket) => !subscriptions.isKnown(bucket)),
      isComplete: () => membership.isComplete(),
      hasSuspects: () => membership.hasSuspects(),
      caughtUp: () => this.#caughtUp(),
      warning: (kind, text) => this.#warn(kind, text),
      sweep: () => this.#sweep(),
    });
    this.#texts = new SiteTexts(this.#parts.keys, (commands) => this.#reconnector.run(commands));
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
    if (before > 0 !== count > 0) this.#parts.subscriptions.host(bucketOf(site), count > 0 ? 1 : -1);
    this.#putEntry(site);
    this.#reconnector.follow();
  }

  claim(site: string, member: string, from: ResumePoint): void {
    if (!this.#closing && from.server !== this.server) this.#parts.claims.add(site, member, from);
  }

  others(site: string): number {
    return this.#parts.replicas.others(site);
  }

  stale(site: string): boolean {
    // After a pause of this process, updates that were waiting come before the next heartbeat.
    this.#reconnector.checkPause();
    return !this.#parts.subscriptions.isKnown(bucketOf(site));
  }

  sites(): Iterable<string> {
    return this.#parts.replicas.sites();
  }

  pageKeys(site: string): Iterable<string> {
    return this.#parts.replicas.pageKeys(site);
  }

  watchAll(): () => void {
    const unsubscribe = this.#parts.subscriptions.watchAll();
    this.#reconnector.follow();
    return unsubscribe;
  }

  peers(): number {
    return this.#parts.membership.members().length;
  }

  leader(): string {
    return this.#parts.membership.leader();
  }

  readTexts(): Promise<ReadonlyMap<string, string>> {
    return this.#texts.read();
  }

  writeTexts(texts: readonly (readonly [site: string, text: string])[]): Promise<void> {
    return this.#texts.write(texts);
  }

  deleteTexts(sites: readonly string[]): Promise<void> {
    return this.#texts.delete(sites);
  }

  isLeader(): boolean {
    return this.leader() === this.server;
  }

  hasPeer(server: string): boolean {
    return this.#parts.membership.get(server) !== undefined;
  }

  latency(): HistogramSnapshot {
    return this.#latency.snapshot();
  }

  announce(text: string): void {
    void this.#reconnector.announce(text).catch(() => {});
  }

  onAnnouncement(listener: (server: string, text: string) => void): () => void {
    this.#announcementListeners.add(listener);
    return () => void this.#announcementListeners.delete(listener);
  }

  evict(server: string): void {
    const { membership } = this.#parts;
    const epoch = membership.epochOf(server);
    void this.#reconnector.announceLeave(server).catch(() => {});
    if (epoch !== undefined) membership.left(server, epoch);
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#health.close();
    await this.#reconnector.leave().catch(() => {});
    this.#reconnector.close();
    this.#health.close();
  }

  /** Begins a new epoch, in which everything is published and claimed again, and creates the parts of a link. */
  #createSession(link: BusLink, fail: (error: Error) => void): Session {
    const newest = isNewerEpoch(this.#taken, this.#epoch) ? this.#taken : this.#epoch;
    const epoch = (this.#epoch = nextEpoch(newest));
    // What others used before is void. Compared with a newer epoch it could seem to be newer (serial number arithmetic).
    this.#taken = epoch;
    const { acknowledgements, claims, clock, keys, membership, publisher, replicas, server } = this.#parts;
    replicas.startEpoch(epoch);
    membership.linked();
    acknowledgements.startEpoch();
    this.#parts.unmetClaims.startEpoch();
    publisher.startEpoch(epoch);
    claims.startEpoch();
    for (const site of this.#counts.keys()) this.#putEntry(site);

    const isFirst = !this.#hasBeenOpen;
    const run = createRunCommands(clock, link, (ms) => this.#latency.observe(ms / 1_000));
    const publishSoon = (): void => this.#reconnector.flushSoon();
    const probe = new SelfProbe({ server, clock, link, channel: keys.server(server), fail });
    const ownName = new OwnName({
      epoch,
      sequenceOf: (bucket) => publisher.sequenceOf(bucket),
      renew: (taken, reason) => this.#renew(taken, reason),
    });
    const readRegistrySoon = (): void => this.#reconnector.readRegistrySoon();
    const own = { epoch, ownName, isFirst, publishSoon, readRegistrySoon };
    const base = { ...this.#parts, ...own, link, fail, run, probe };
    const resync = new Resync(base);
    const announced = (from: string, text: string): void => {
      for (const listener of this.#announcementListeners) listener(from, text);
    };
    const receive = createReceiver({ ...base, announced, resync });
    return new Session({ ...base, resync, receive });
  }

  /** Reports a problem, at most once a minute for each kind. */
  #warn(kind: BusWarning, text: string): void {
    const now = this.#parts.clock.now();
    if (now - (this.#warnedAtMs.get(kind) ?? -Infinity) < WARNING_MS) return;
    this.#warnedAtMs.set(kind, now);
    this.#listener?.warning?.(text);
  }

  /** Begins a session under an epoch that is newer than `taken`. */
  #renew(taken: number, reason: string): void {
    // Its own `leave` comes back to a server that closes.
    if (this.#closing) return;
    if (isNewerEpoch(taken, this.#taken)) this.#taken = taken;
    this.#reconnector.renew(reason);
  }

  #caughtUp(): void {
    this.#hasBeenOpen = true;
    // Whether a total is stale may have changed as well.
    for (const site of this.#counts.keys()) this.#listener?.changed(site);
  }

  #sweep(): void {
    const { acknowledgements, claims, membership, replicas } = this.#parts;
    claims.sweep();
    this.#parts.unmetClaims.sweep();
    acknowledgements.sweep();
    for (const server of membership.takeForgotten()) replicas.dropServer(server);
  }

  #entryOf(site: string): Entry {
    const { acknowledgements, claims } = this.#parts;
    const count = Math.min(MAX_COUNT, this.#counts.get(site) ?? 0);
    return { count, claims: claims.numbers(site), acknowledged: acknowledgements.numbers(site) };
  }

  /** This server's entry for a site has changed: totals use it at once, and it is published soon. */
  #putEntry(site: string): void {
    this.#parts.replicas.setOwn(site, this.#entryOf(site));
    this.#parts.publisher.markChanged(site);
    this.#reconnector.flushSoon();
  }
}
