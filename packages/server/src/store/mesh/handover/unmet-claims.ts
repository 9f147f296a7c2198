import { MAX_OPEN_CLAIMS } from '../wire/bounds.ts';
import type { Incarnation } from '../wire/messages.ts';
import type { Acknowledgements } from './acknowledgements.ts';

/** Within what time the members of a claim have to be named, in ms: the message is sent together with the delta. */
const NAMED_MS = 2_000;
/** The maximum of claims that are watched. */
const MAX_WATCHED = 10_000;

interface UnmetClaim {
  readonly site: string;
  readonly by: Incarnation;
  /** Up to which number the members have to be named by `sinceMs` + `NAMED_MS`. */
  readonly number: number;
  readonly sinceMs: number;
  /** The newest number, which may have been published just now. */
  latest: number;
}

/**
 * Claims on this server that others have published, but whose members were never named to it. [C7] A server that lies would
 * take members away from all totals with them. So they are acknowledged after a while, without a member that is released.
 */
export class UnmetClaims {
  readonly #now: () => number;
  readonly #acknowledgements: Acknowledgements;
  readonly #claims = new Map<string, UnmetClaim>();

  constructor(now: () => number, acknowledgements: Acknowledgements) {
    this.#now = now;
    this.#acknowledgements = acknowledgements;
  }

  /** `by` has published how many members of a site it has ever claimed from this incarnation. */
  add(site: string, by: Incarnation, number: number): void {
    const acknowledged = this.#acknowledgements.number(site, by);
    if (number <= acknowledged || number > acknowledged + MAX_OPEN_CLAIMS) return;
    const key = `${by} ${site}`;
    const claim = this.#claims.get(key);
    if (claim) claim.latest = number;
    else if (this.#claims.size < MAX_WATCHED) {
      this.#claims.set(key, { site, by, number, latest: number, sinceMs: this.#now() });
    }
  }

  /** This server has a new epoch, from which no member has been claimed. */
  startEpoch(): void {
    this.#claims.clear();
  }

  sweep(): void {
    for (const [key, { site, by, number, latest, sinceMs }] of this.#claims) {
      const isUnmet = this.#acknowledgements.number(site, by) < number;
      if (isUnmet && this.#now() - sinceMs < NAMED_MS) continue;
      this.#claims.delete(key);
      if (isUnmet)
        this.#acknowledgements.acknowledge({ by, takeovers: [{ site, first: number + 1, members: [] }] });
      this.add(site, by, latest);
    }
  }
}
