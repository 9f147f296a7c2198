import type { Whereabouts } from '../../core/ports.ts';
import { lifeOf, type Letter, type Life, type Takeover } from './messages.ts';

/**
 * The members that this server has taken over from others and that those have not answered for. [C7]
 *
 * Towards everybody it is a number for each site and life of a server: how many were ever taken over. The server
 * answers with the number up to which it does not count them any more, in the same report that counts without
 * them; until then everybody subtracts the difference. Only the server concerned is told which members they are.
 */
export interface Claims {
  /** `member`, now here on `site`, was somewhere else before. */
  add(site: string, member: string, from: Whereabouts): void;
  /** There may be answers from other servers about `site`, or some of them may have another epoch. */
  settle(site: string): void;
  /** A server has another epoch, in which it has answered nothing yet. */
  settleServer(server: string): void;
  /** A server is gone. Others may not know it yet, so what was claimed from it stands for a while. */
  gone(server: string): void;
  /** This server has another epoch: everything is claimed anew. */
  renew(): void;
  /** The numbers that everybody is told for a site. */
  tally(site: string): ReadonlyMap<Life, number> | undefined;
  /** What is to be told to single servers. Each is returned once. */
  letters(): { server: string; letter: Letter }[];
  /** Forgets what is settled for long, or about servers that are gone for long. */
  sweep(): void;
}

export interface ClaimsOptions {
  now: () => number;
  /** The epoch of a server that is there, or has been a little while ago. */
  epochOf: (server: string) => number | undefined;
  isAlive: (server: string) => boolean;
  /** How many claims of this server's current life a server has answered on a site. */
  answersOf: (site: string, server: string) => number;
  /** How long claims on servers that are not there stand, in ms: until nobody can count them there any more. */
  keepMs: number;
  /** This server's own life. */
  life: () => Life;
  /** The numbers of a site have changed. */
  changed: (site: string) => void;
}

/** Claims on more servers than this are not made on servers that nobody knows. */
const MAX_SERVERS = 1_000;

interface Claim {
  /** The epoch in which they were claimed; unknown where the server is. */
  epoch: number | undefined;
  /** Up to which number they are answered. */
  answered: number;
  /** Those after that number. */
  members: [member: string, hop: number][];
  /** How many of these the server has been told. */
  told: number;
  /** When this last changed. */
  touchedAt: number;
}

export function createClaims(options: ClaimsOptions): Claims {
  const { now, epochOf, answersOf, keepMs, changed } = options;
  const servers = new Map<string, Map<string, Claim>>();

  /** Begins to count anew, as at the start or when either side has another epoch. */
  function restart(site: string, server: string, claim: Claim): void {
    if (claim.members.length === 0) servers.get(server)?.delete(site);
    claim.epoch = epochOf(server);
    claim.answered = claim.epoch === undefined ? 0 : answersOf(site, server);
    claim.told = 0;
    claim.touchedAt = now();
    changed(site);
  }

  function settleClaim(site: string, server: string, claim: Claim): void {
    const epoch = epochOf(server);
    // A server that is not known any more keeps its claim: others may still count what it had.
    if (epoch === undefined) return;
    const answered = answersOf(site, server);
    if (epoch !== claim.epoch || answered < claim.answered) return restart(site, server, claim);
    const news = answered - claim.answered;
    if (news === 0) return;
    claim.members.splice(0, news);
    claim.told = Math.max(0, claim.told - news);
    claim.answered = answered;
    claim.touchedAt = now();
  }

  return {
    add(site, member, { server, hop }) {
      // A server that is not known may yet come up, but the word may also be made up by the page.
      if (epochOf(server) === undefined && servers.size >= MAX_SERVERS) return;
      let sites = servers.get(server);
      if (!sites) servers.set(server, (sites = new Map<string, Claim>()));
      let claim = sites.get(site);
      if (claim) claim.members.push([member, hop]);
      else claim = { epoch: undefined, answered: 0, members: [[member, hop]], told: 0, touchedAt: now() };
      if (sites.has(site)) {
        claim.touchedAt = now();
        changed(site);
      } else {
        sites.set(site, claim);
        restart(site, server, claim);
      }
    },
    settle(site) {
      for (const [server, sites] of servers) {
        const claim = sites.get(site);
        if (claim) settleClaim(site, server, claim);
      }
    },
    settleServer(server) {
      for (const [site, claim] of servers.get(server) ?? []) settleClaim(site, server, claim);
    },
    gone(server) {
      for (const claim of servers.get(server)?.values() ?? []) claim.touchedAt = now();
    },
    renew() {
      for (const [server, sites] of servers) {
        for (const [site, claim] of sites) restart(site, server, claim);
      }
    },
    tally(site) {
      let tally: Map<Life, number> | undefined;
      for (const [server, sites] of servers) {
        const claim = sites.get(site);
        if (claim?.epoch === undefined) continue;
        tally ??= new Map<Life, number>();
        tally.set(lifeOf(server, claim.epoch), claim.answered + claim.members.length);
      }
      return tally;
    },
    letters() {
      const letters: { server: string; letter: Letter }[] = [];
      for (const [server, sites] of servers) {
        const epochs = new Map<number, Takeover[]>();
        for (const [site, claim] of sites) {
          const { epoch, answered, members, told } = claim;
          if (epoch === undefined || epochOf(server) !== epoch || told === members.length) continue;
          const takeovers = epochs.get(epoch) ?? [];
          epochs.set(epoch, takeovers);
          takeovers.push({ site, first: answered + told + 1, members: members.slice(told) });
          claim.told = members.length;
        }
        for (const [epoch, takeovers] of epochs) {
          letters.push({ server, letter: { kind: 'take', epoch, by: options.life(), takeovers } });
        }
      }
      return letters;
    },
    sweep() {
      for (const [server, sites] of servers) {
        const there = options.isAlive(server);
        for (const [site, claim] of sites) {
          const open = there && claim.members.length > 0;
          if (open || now() - claim.touchedAt < keepMs) continue;
          sites.delete(site);
          changed(site);
        }
        if (sites.size === 0) servers.delete(server);
      }
    },
  };
}
