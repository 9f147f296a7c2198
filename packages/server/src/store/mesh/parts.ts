import type { Clock } from '../../core/ports.ts';
import type { Answers } from './answers.ts';
import type { Claims } from './claims.ts';
import type { Following } from './following.ts';
import type { Ledger } from './ledger.ts';
import type { Names } from './names.ts';
import type { Outbox } from './outbox.ts';
import type { Peers } from './peers.ts';

/** What a mesh is made of, whatever link it has at the moment. */
export interface MeshParts {
  server: string;
  clock: Clock;
  names: Names;
  ledger: Ledger;
  peers: Peers;
  claims: Claims;
  answers: Answers;
  outbox: Outbox;
  following: Following;
}
