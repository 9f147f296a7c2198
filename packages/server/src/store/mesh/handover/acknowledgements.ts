import { MAX_OPEN_CLAIMS, MAX_SERVERS } from '../wire/bounds.ts';
import type { ClaimMessage, Incarnation } from '../wire/messages.ts';

export interface AcknowledgementsOptions {
  now: () => number;
  /** How long an acknowledgement is kept, in ms: longer than any claimant keeps its claim. */
  keepMs: number;
  /** Maximum of sites with acknowledgements. Beyond it the oldest are dropped. */
  maxSites: number;
  /** Another server counts this member, by its connection with this number. */
  claimed: (site: string, member: string, connectionNumber: number) => void;
  /** The numbers of a site have changed. */
  changed: (site: string) => void;
}

/** The maximum of incarnations whose claims on one site are acknowledged. Beyond it the oldest are dropped. */
const MAX_INCARNATIONS = MAX_SERVERS;

interface Acknowledgement {
  readonly number: number;
  readonly atMs: number;
}

/** Up to which number this server has acknowledged the claims of others: the other side of `Claims`. [C7] */
export class Acknowledgements {
  readonly #options: AcknowledgementsOptions;
  /** Those that were acknowledged last are at the end. */
  readonly #sites = new Map<string, Map<Incarnation, Acknowledgement>>();

  constructor(options: AcknowledgementsOptions) {
    this.#options = options;
  }

  /** Releases the members that a message claims, each once. */
  acknowledge({ by, takeovers }: Pick<ClaimMessage, 'by' | 'takeovers'>): void {
    const { now, claimed, changed } = this.#options;
    for (const { site, first, members } of takeovers) {
      const incarnations = this.#sites.get(site) ?? new Map<Incarnation, Acknowledgement>();
      const before = incarnations.get(by)?.number ?? 0;
      // No server claims so many at once: the numbers of later claims would never be reached.
      if (first > before + MAX_OPEN_CLAIMS + 1) continue;
      this.#sites.delete(site);
      this.#sites.set(site, incarnations);
      members.forEach(([member, connectionNumber], index) => {
        if (first + index > before) claimed(site, member, connectionNumber);
      });
      incarnations.delete(by);
      const [oldest] = incarnations.keys();
      if (incarnations.size >= MAX_INCARNATIONS) incarnations.delete(oldest!);
      incarnations.set(by, { number: Math.max(before, first + members.length - 1), atMs: now() });
      changed(site);
    }
    this.#dropOldest();
  }

  /** Up to which number the claims of an incarnation on a site are acknowledged. */
  number(site: string, by: Incarnation): number {
    return this.#sites.get(site)?.get(by)?.number ?? 0;
  }

  /** Up to which number the claims of each incarnation are acknowledged. */
  numbers(site: string): ReadonlyMap<Incarnation, number> | undefined {
    const incarnations = this.#sites.get(site);
    return (
      incarnations && new Map([...incarnations].map(([incarnation, { number }]) => [incarnation, number]))
    );
  }

  /** This server has a new epoch, from which no member has been claimed. */
  startEpoch(): void {
    this.#sites.clear();
  }

  /** Drops acknowledgements that are too old to matter. */
  sweep(): void {
    const { now, keepMs, changed } = this.#options;
    for (const [site, incarnations] of this.#sites) {
      let hasDropped = false;
      for (const [incarnation, { atMs }] of incarnations) {
        if (now() - atMs >= keepMs) hasDropped = incarnations.delete(incarnation) || hasDropped;
      }
      if (incarnations.size === 0) this.#sites.delete(site);
      if (hasDropped) changed(site);
    }
  }

  #dropOldest(): void {
    for (const site of this.#sites.keys()) {
      if (this.#sites.size <= this.#options.maxSites) return;
      this.#sites.delete(site);
      this.#options.changed(site);
    }
  }
}
