import type { Clock } from '../../../core/ports.ts';
import type { Acknowledgements } from '../handover/acknowledgements.ts';
import type { Claims } from '../handover/claims.ts';
import type { BucketSubscriptions } from '../replication/subscriptions.ts';
import type { ReplicaStore } from '../replication/replicas.ts';
import type { Names } from '../wire/keys.ts';
import type { DeltaPublisher } from '../replication/delta-publisher.ts';
import type { Membership } from '../membership/membership.ts';

/** What a mesh is made of, whatever link it has at the moment. */
export interface MeshParts {
  server: string;
  clock: Clock;
  names: Names;
  ledger: ReplicaStore;
  peers: Membership;
  claims: Claims;
  answers: Acknowledgements;
  outbox: DeltaPublisher;
  following: BucketSubscriptions;
}
