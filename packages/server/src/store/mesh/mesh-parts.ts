import type { Clock, StoreListener } from '../../core/ports.ts';
import type { BusWarning } from '../bus/bus.ts';
import { Acknowledgements } from './handover/acknowledgements.ts';
import { Claims } from './handover/claims.ts';
import { createMoveLimits } from './handover/move-limits.ts';
import { UnmetClaims } from './handover/unmet-claims.ts';
import { Membership } from './membership/membership.ts';
import type { MeshOptions } from './mesh-options.ts';
import { DeltaPublisher } from './replication/delta-publisher.ts';
import { HeldMessages } from './replication/held-messages.ts';
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
  heldMessages: HeldMessages;
  claims: Claims;
  acknowledgements: Acknowledgements;
  unmetClaims: UnmetClaims;
  publisher: DeltaPublisher;
  subscriptions: BucketSubscriptions;
  snapshotTtlMs: number;
}

export interface MeshPartsHooks {
  entryOf: (site: string) => Entry;
  /** Claims or acknowledgements of a site have changed. */
  changed: (site: string) => void;
  epoch: () => number;
  /** The bus, or what is in it, is not as it should be. */
  warning: (kind: BusWarning, text: string) => void;
  listener: () => StoreListener | undefined;
}

/** How many leases a snapshot lives without being refreshed. */
const SNAPSHOT_LEASES = 6;

/** Creates the parts that live as long as the store. Those of a link are created by the store. */
export function createMeshParts(
  options: MeshOptions,
  { entryOf, changed, epoch, listener, warning }: MeshPartsHooks,
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
  const heldMessages = new HeldMessages(now);
  const membership = new Membership({
    server,
    keys,
    now,
    leaseMs,
    evicted,
    warning,
    hasMessages: (...incarnation) => heldMessages.has(...incarnation),
    counted: (...incarnation) => {
      for (const { bucket, delta } of heldMessages.take(...incarnation)) replicas.applyDelta(bucket, delta);
    },
  });
  const replicas = new ReplicaStore(server, {
    changed: (site) => {
      claims.update(site);
      listener()?.changed(site);
    },
    claimed: (...claim) => unmetClaims.add(...claim),
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
  const unmetClaims = new UnmetClaims(now, acknowledgements);
  const publisher = new DeltaPublisher({ server, keys, now, entryOf, snapshotTtlMs });
  const subscriptions = new BucketSubscriptions(options.follow, now);
  return {
    server,
    clock,
    keys,
    membership,
    replicas,
    heldMessages,
    claims,
    acknowledgements,
    unmetClaims,
    publisher,
    subscriptions,
    snapshotTtlMs,
  };
}
