import type { ResumePoint } from '../../../core/ports.ts';
import { incarnationOf, type ControlMessage, type Incarnation, type Takeover } from '../wire/messages.ts';
import type { MoveLimits } from './move-limits.ts';
import { createPendingMoves, type Move } from './pending-moves.ts';

/**
 * The members that this server has taken over from others and that those have not answered for. [C7]
 *
 * Towards everybody it is a number for each site and life of a server: how many were ever taken over. The server
 * answers with the number up to which it does not count them any more, in the same report that counts without
 * them; until then everybody subtracts the difference. Only the server concerned is told which members they are.
 */
export interface Claims {
  /** `member`, now here on `site`, was somewhere else before. */
  add(site: string, member: string, from: ResumePoint): void;
  /** There may be answers from other servers about `site`, or some of them may have another epoch. */
  settle(site: string): void;
  /** A server is known now, or has another epoch, in which it has answered nothing yet. */
  settleServer(server: string): void;
  /** A server is gone. Others may not know it yet, so what was claimed from it stands for a while. */
  gone(server: string): void;
  /** This server has another epoch: everything is claimed anew. */
  renew(): void;
  /** The numbers that everybody is told for a site. */
  tally(site: string): ReadonlyMap<Incarnation, number> | undefined;
  /** What is to be told to single servers. Each is returned once. */
  letters(): { server: string; letter: ControlMessage }[];
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
  limits: MoveLimits;
  /** This server's own life. */
  life: () => Incarnation;
  /** The numbers of a site have changed. */
  changed: (site: string) => void;
}

/** Shortest time between two attempts at making room, in ms: each looks at all claims. */
const MAKE_ROOM_MS = 1_000;

interface Claim {
  /** The epoch in which they were claimed. */
  epoch: number;
  /** Up to which number they are answered. */
  answered: number;
  /** Those after that number. */
  members: Move[];
  /** How many of these the server has been told. */
  told: number;
  /** When it was made, its epoch changed, it was answered, or its server went. New members do not prolong it. */
  touchedAt: number;
}

export function createClaims(options: ClaimsOptions): Claims {
  const { now, epochOf, answersOf, limits, changed } = options;
  const servers = new Map<string, Map<string, Claim>>();
  const pending = createPendingMoves({ now, keepMs: limits.keepMs, max: limits.maxPending });
  let claims = 0;
  let unanswered = 0;
  let madeRoomAt = -Infinity;

  /** Who came late may still be counted by a server that comes back. */
  function remove(server: string, site: string, { members }: Claim): void {
    const sites = servers.get(server)!;
    sites.delete(site);
    if (sites.size === 0) servers.delete(server);
    claims--;
    unanswered -= members.length;
    for (const move of members) pending.add(server, move);
    changed(site);
  }

  /** Drops claims that are answered before their time, to make room for others. Returns whether there is any. */
  function makeRoom(): boolean {
    if (now() - madeRoomAt < MAKE_ROOM_MS) return false;
    madeRoomAt = now();
    for (const [server, sites] of servers) {
      for (const [site, claim] of sites) if (claim.members.length === 0) remove(server, site, claim);
    }
    return claims < limits.maxClaims;
  }

  /** Begins to count anew, as when either side has another epoch. */
  function restart(site: string, server: string, claim: Claim): void {
    const epoch = epochOf(server);
    if (epoch === undefined || claim.members.length === 0) return remove(server, site, claim);
    Object.assign(claim, { epoch, answered: answersOf(site, server), told: 0, touchedAt: now() });
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
    unanswered -= claim.members.splice(0, news).length;
    claim.told = Math.max(0, claim.told - news);
    claim.answered = answered;
    claim.touchedAt = now();
  }

  function add(server: string, move: Move): void {
    const { site } = move;
    const epoch = epochOf(server);
    if (epoch === undefined) return pending.add(server, move);
    if (unanswered >= limits.maxUnanswered) return;
    let claim = servers.get(server)?.get(site);
    if (!claim) {
      if (claims >= limits.maxClaims && !makeRoom()) return;
      claim = { epoch, answered: answersOf(site, server), members: [], told: 0, touchedAt: now() };
      const sites = servers.get(server) ?? new Map<string, Claim>();
      servers.set(server, sites.set(site, claim));
      claims++;
    }
    claim.members.push(move);
    unanswered++;
    changed(site);
  }

  return {
    add: (site, member, { server, connectionNumber }) =>
      add(server, { site, member, connectionNumber, atMs: now() }),
    settle(site) {
      for (const [server, sites] of servers) {
        const claim = sites.get(site);
        if (claim) settleClaim(site, server, claim);
      }
    },
    settleServer(server) {
      for (const [site, claim] of servers.get(server) ?? []) settleClaim(site, server, claim);
      for (const move of pending.take(server)) add(server, move);
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
      let tally: Map<Incarnation, number> | undefined;
      for (const [server, sites] of servers) {
        const claim = sites.get(site);
        if (!claim) continue;
        tally ??= new Map<Incarnation, number>();
        tally.set(incarnationOf(server, claim.epoch), claim.answered + claim.members.length);
      }
      return tally;
    },
    letters() {
      const letters: { server: string; letter: ControlMessage }[] = [];
      for (const [server, sites] of servers) {
        const epochs = new Map<number, Takeover[]>();
        for (const [site, claim] of sites) {
          const { epoch, answered, members, told } = claim;
          if (epochOf(server) !== epoch || told === members.length) continue;
          const takeovers = epochs.get(epoch) ?? [];
          epochs.set(epoch, takeovers);
          const news = members
            .slice(told)
            .map(({ member, connectionNumber }) => [member, connectionNumber] as const);
          takeovers.push({ site, first: answered + told + 1, members: news });
          claim.told = members.length;
        }
        for (const [epoch, takeovers] of epochs) {
          letters.push({ server, letter: { kind: 'take', epoch, by: options.life(), takeovers } });
        }
      }
      return letters;
    },
    sweep() {
      pending.sweep();
      for (const [server, sites] of servers) {
        const alive = options.isAlive(server);
        for (const [site, claim] of sites) {
          const open = alive && claim.members.length > 0;
          if (!open && now() - claim.touchedAt >= limits.keepMs) remove(server, site, claim);
        }
      }
    },
  };
}
