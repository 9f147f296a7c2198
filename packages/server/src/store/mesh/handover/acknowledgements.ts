import type { ControlMessage, Incarnation } from '../wire/messages.ts';

/** What this server has answered to those who took over members of it: the other side of claims. [C7] */
export interface Acknowledgements {
  /** Lets the members of a letter go, each once. */
  answer(letter: Extract<ControlMessage, { kind: 'take' }>): void;
  /** The numbers that everybody is told for a site. */
  tally(site: string): ReadonlyMap<Incarnation, number> | undefined;
  /** This server has another epoch, in which nothing has been claimed from it. */
  renew(): void;
  /** Forgets what was answered long ago. */
  sweep(): void;
}

export interface AcknowledgementsOptions {
  now: () => number;
  /** How long an answer stands, in ms: longer than those who claimed wait until they forget their claim. */
  keepMs: number;
  /** Most sites about which answers stand. Beyond that, those that were given longest ago are forgotten. */
  maxSites: number;
  claimed: (site: string, member: string, connectionNumber: number) => void;
  /** The numbers of a site have changed. */
  changed: (site: string) => void;
}

export function createAcknowledgements({
  now,
  keepMs,
  maxSites,
  claimed,
  changed,
}: AcknowledgementsOptions): Acknowledgements {
  // Those that were answered last are at the end.
  const sites = new Map<string, Map<Incarnation, { number: number; atMs: number }>>();

  function forgetOldest(): void {
    for (const site of sites.keys()) {
      if (sites.size <= maxSites) return;
      sites.delete(site);
      changed(site);
    }
  }

  return {
    answer({ by, takeovers }) {
      for (const { site, first, members } of takeovers) {
        const lives = sites.get(site) ?? new Map<Incarnation, { number: number; atMs: number }>();
        sites.delete(site);
        sites.set(site, lives);
        const answered = lives.get(by)?.number ?? 0;
        members.forEach(([member, connectionNumber], index) => {
          if (first + index > answered) claimed(site, member, connectionNumber);
        });
        lives.set(by, { number: Math.max(answered, first + members.length - 1), atMs: now() });
        changed(site);
      }
      forgetOldest();
    },
    tally(site) {
      const lives = sites.get(site);
      return lives && new Map([...lives].map(([life, { number }]) => [life, number]));
    },
    renew: () => sites.clear(),
    sweep() {
      for (const [site, lives] of sites) {
        let dropped = false;
        for (const [life, { atMs }] of lives) {
          if (now() - atMs >= keepMs) dropped = lives.delete(life) || dropped;
        }
        if (lives.size === 0) sites.delete(site);
        if (dropped) changed(site);
      }
    },
  };
}
