import type { Clock, Store, StoreListener } from '../../core/ports.ts';
import { createAcknowledgements } from './handover/acknowledgements.ts';
import { BusRefused, type Bus } from '../bus/bus.ts';
import { createClaims } from './handover/claims.ts';
import { createBucketSubscriptions } from './replication/subscriptions.ts';
import { createHealth } from './link/health.ts';
import { createReconnector } from './link/reconnector.ts';
import { createReplicaStore } from './replication/replicas.ts';
import { incarnationOf, type Entry } from './wire/messages.ts';
import { createMoveLimits, type MoveLimits } from './handover/move-limits.ts';
import { bucketOf, createNames } from './wire/keys.ts';
import { createDeltaPublisher } from './replication/delta-publisher.ts';
import type { MeshParts } from './link/parts.ts';
import { createMembership } from './membership/membership.ts';
import { createSession } from './link/session.ts';
import { isEmpty } from './replication/snapshot.ts';

/** A store that agrees with those of other servers over a bus. */
export interface MeshStore extends Store {
  readonly server: string;
  peers(): number;
  /** Another server is known to be dead: what it had counts no longer, here and everywhere. */
  evict(server: string): void;
}

export interface MeshOptions {
  bus: Bus;
  clock: Clock;
  /** This server's name, which no other one ever has: 1 to 48 letters, digits, `_` or `-`. */
  server: string;
  /** What the names of all keys and channels begin with. */
  prefix: string;
  /** Whether only sites are known that this server has people on, or all. */
  follow: 'hosted' | 'all';
  /** After how long a server that shows no sign of life is given up, in ms. */
  leaseMs: number;
  /** How often servers show that they are alive, in ms. */
  beatMs: number;
  /** Shortest time between two reports on a bucket, in ms. */
  flushMs: number;
  /** A number from 0 up to 1, for spreading servers that come back at once. */
  random: () => number;
  /** What clients can make this server remember, if not what is usual. */
  moveLimits?: Partial<MoveLimits>;
}

/** How long the link may be away before totals are called stale, in ms. */
const GRACE_MS = 1_000;
/** What a server has written lives for this many leases without being touched. */
const SHARE_LEASES = 6;

/** Creates a store that agrees with others over `bus`. [S1–S6] */
export function createMeshStore(options: MeshOptions): MeshStore {
  const { clock, server, leaseMs } = options;
  const now = (): number => clock.now();
  const names = createNames(options.prefix);
  const counts = new Map<string, number>();
  const limits = { ...createMoveLimits(leaseMs), ...options.moveLimits };
  const snapshotTtlMs = SHARE_LEASES * leaseMs;
  let listener: StoreListener | undefined;
  let epoch = 0;
  let wasOpen = false;
  let closing: Promise<void> | undefined;

  const ledger = createReplicaStore(server, (site) => {
    claims.settle(site);
    listener?.changed(site);
  });
  const peers = createMembership({ self: server, now, leaseMs });
  const claims = createClaims({
    now,
    epochOf: peers.epochOf,
    isAlive: (name) => peers.get(name) !== undefined,
    answersOf: (site, name) => ledger.entry(site, name)?.answers?.get(incarnationOf(server, epoch)) ?? 0,
    limits,
    life: () => incarnationOf(server, epoch),
    changed: restate,
  });
  const answers = createAcknowledgements({
    now,
    keepMs: 3 * limits.keepMs,
    maxSites: limits.maxAnswered,
    claimed: (site, member, connectionNumber) => listener?.claimed(site, member, connectionNumber),
    changed: restate,
  });
  const outbox = createDeltaPublisher({ server, names, now, entryOf, snapshotTtlMs });
  const following = createBucketSubscriptions(options.follow, now);
  const parts: MeshParts = { server, clock, names, ledger, peers, claims, answers, outbox, following };
  const health = createHealth(clock, GRACE_MS, (stale, reason) => listener?.stale(stale, reason));
  const keeper = createReconnector({
    ...options,
    health,
    createSession(link, fail) {
      epoch++;
      ledger.renew(epoch);
      peers.linked();
      answers.renew();
      outbox.renew(epoch);
      claims.renew();
      for (const site of counts.keys()) put(site);
      const warm = !wasOpen;
      return createSession({ ...parts, link, epoch, snapshotTtlMs, warm, wake: keeper.flushSoon, fail });
    },
    isWaiting: () => outbox.waiting,
    isMissingBuckets: () => following.wanted().some((bucket) => !following.isKnown(bucket)),
    isComplete: peers.complete,
    caughtUp() {
      wasOpen = true;
      // Whether a site's total can be relied on may have changed, too.
      for (const site of counts.keys()) listener?.changed(site);
    },
    sweep() {
      claims.sweep();
      answers.sweep();
      for (const forgotten of peers.takeForgotten()) ledger.forgetClaims(forgotten);
    },
  });

  function entryOf(site: string): Entry {
    return { count: counts.get(site) ?? 0, claims: claims.tally(site), answers: answers.tally(site) };
  }

  /** What this server has to say about a site is another thing now. */
  function put(site: string): void {
    const entry = entryOf(site);
    ledger.own(site, isEmpty(entry) ? undefined : entry);
    outbox.touch(site);
    keeper.flushSoon();
  }

  function restate(site: string): void {
    put(site);
    listener?.changed(site);
  }

  async function close(): Promise<void> {
    health.close();
    await keeper.leave().catch(() => {});
    keeper.close();
  }

  return {
    server,
    async open(its) {
      listener = its;
      try {
        await keeper.start();
      } catch (error) {
        if (error instanceof BusRefused) {
          keeper.close();
          throw error;
        }
        health.lost((error as Error).message);
      }
    },
    report(site, count) {
      if (closing || !listener) return;
      keeper.noticeSleep();
      const before = counts.get(site) ?? 0;
      if (before === count) return;
      if (count > 0) counts.set(site, count);
      else counts.delete(site);
      if (before > 0 !== count > 0) following.host(bucketOf(site), count > 0 ? 1 : -1);
      put(site);
      keeper.follow();
    },
    claim(site, member, from) {
      if (!closing && from.server !== server) claims.add(site, member, from);
    },
    others: ledger.others,
    stale(site) {
      // On waking, announcements that were waiting come before the next beat: they must not pass as fresh.
      keeper.noticeSleep();
      return !following.isKnown(bucketOf(site));
    },
    sites: ledger.sites,
    peers: () => peers.size,
    evict(name) {
      peers.left(name);
      for (const gone of peers.takeEvicted()) {
        ledger.forget(gone.server);
        claims.gone(gone.server);
      }
      void keeper.farewell(name).catch(() => {});
    },
    close: () => (closing ??= close()),
  };
}
