import type { Clock, StoreListener } from '../../core/ports.ts';
import { Acknowledgements } from './handover/acknowledgements.ts';
import { Claims } from './handover/claims.ts';
import { createMoveLimits } from './handover/move-limits.ts';
import { Membership } from './membership/membership.ts';
import type { MeshOptions } from './mesh-options.ts';
import { DeltaPublisher } from './replication/delta-publisher.ts';
import { ReplicaStore } from './replication/replicas.ts';
import { BucketSubscriptions } from './replication/subscriptions.ts';
import { createKeyNames, type KeyNames } from './wire/keys.ts';
import { incarnationOf, type Entry } from './wire/messages.ts';

/** What a store keeps while its links come and go. */
export interface MeshParts {
  server: string;
  clock: Clock;
  keys: KeyNames;
  membership: Membership;
  replicas: ReplicaStore;
  claims: Claims;
  acknowledgements: Acknowledgements;
  publisher: DeltaPublisher;
  subscriptions: BucketSubscriptions;
  snapshotTtlMs: number;
}

export interface MeshPartsHooks {
  entryOf: (site: string) => Entry;
  /** Claims or acknowledgements of a site have changed. */
  changed: (site: string) => void;
  epoch: () => number;
  listener: () => StoreListener | undefined;
}

/** How many leases a snapshot lives without being refreshed. */
const SNAPSHOT_LEASES = 6;

/** Creates the parts that live as long as the store. Those of a link are created by the store. */
export function createMeshParts(
  options: MeshOptions,
  { entryOf, changed, epoch, listener }: MeshPartsHooks,
): MeshParts {
  const { clock, leaseMs, server } = options;
  const now = (): number => clock.now();
  const keys = createKeyNames(options.prefix);
  const limits = { ...createMoveLimits(leaseMs), ...options.moveLimits };
  const snapshotTtlMs = SNAPSHOT_LEASES * leaseMs;
  const evicted = (name: string): void => {
    replicas.dropCounts(name);
    claims.serverEvicted(name);
  };
  const membership = new Membership({ server, keys, now, leaseMs, evicted });
  const replicas = new ReplicaStore(server, (site) => {
    claims.update(site);
    listener()?.changed(site);
  });
  const incarnation = (): string => incarnationOf(server, epoch());
  const claims = new Claims({ now, membership, replicas, limits, incarnation, changed });
  const acknowledgements = new Acknowledgements({
    now,
    keepMs: 3 * limits.keepMs,
    maxSites: limits.maxAcknowledged,
    claimed: (...member) => listener()?.claimed(...member),
    changed,
  });
  const publisher = new DeltaPublisher({ server, keys, now, entryOf, snapshotTtlMs });
  const subscriptions = new BucketSubscriptions(options.follow, now);
  return {
    server,
    clock,
    keys,
    membership,
    replicas,
    claims,
    acknowledgements,
    publisher,
    subscriptions,
    snapshotTtlMs,
  };
}
