import type { ResumePoint } from '../../../core/ports.ts';
import type { Membership } from '../membership/membership.ts';
import type { ReplicaStore } from '../replication/replicas.ts';
import { MAX_CLAIMED } from '../wire/bounds.ts';
import { incarnationOf, type ClaimMessage, type Incarnation, type Takeover } from '../wire/messages.ts';
import { shareOf, type MoveLimits } from './move-limits.ts';
import { PendingMoves, type Move } from './pending-moves.ts';

export interface ClaimsOptions {
  now: () => number;
  membership: Membership;
  replicas: ReplicaStore;
  limits: MoveLimits;
  /** This server's incarnation. */
  incarnation: () => Incarnation;
  /** The numbers of a site have changed. */
  changed: (site: string) => void;
}

/** Shortest time between two attempts at making room, in ms: each looks at all claims. */
const MAKE_ROOM_MS = 1_000;

/** The members of a site that were claimed from a server. They are numbered, from 1 on. */
interface Claim {
  /** The epoch of that server when they were claimed. */
  epoch: number;
  /** Up to which number they are acknowledged. */
  acknowledged: number;
  /** Those after that number. */
  members: Move[];
  /** How many of `members` have been sent to the server. */
  sent: number;
  /** When the claim began, its epoch changed, it was acknowledged, or its server was evicted; not prolonged by members. */
  touchedAtMs: number;
}

/**
 * The members that this server has claimed from others and that those have not acknowledged. [C7]
 *
 * Every server receives a number for each site and incarnation: how many members were ever claimed. The claimed server
 * publishes the number up to which it does not count them any more, in the same delta as its new count; until then all
 * servers subtract the difference. Only the claimed server receives the names of the members.
 */
export class Claims {
  readonly #options: ClaimsOptions;
  readonly #servers = new Map<string, Map<string, Claim>>();
  readonly #pending: PendingMoves;
  #size = 0;
  #unacknowledged = 0;
  #madeRoomAtMs = -Infinity;

  constructor(options: ClaimsOptions) {
    this.#options = options;
    const { now, limits } = options;
    this.#pending = new PendingMoves({ now, keepMs: limits.keepMs, max: limits.maxPending });
  }

  /** Claims a member that is on `site` of this server from the server that it was on before. */
  add(site: string, member: string, { server, connectionNumber }: ResumePoint): void {
    this.#add(server, { site, member, connectionNumber, atMs: this.#options.now() });
  }

  /** Servers may have acknowledged claims on a site, or have a new epoch. */
  update(site: string): void {
    for (const [server, sites] of this.#servers) {
      const claim = sites.get(site);
      if (claim) this.#update(site, server, claim);
    }
  }

  /** A server has become known, or has a new epoch, in which it has acknowledged nothing. */
  serverChanged(server: string): void {
    for (const [site, claim] of this.#servers.get(server) ?? []) this.#update(site, server, claim);
    for (const move of this.#pending.take(server)) this.#add(server, move);
  }

  /** A server was evicted here. Others may still count it, so that its claims stay for a while. */
  serverEvicted(server: string): void {
    for (const claim of this.#servers.get(server)?.values() ?? []) claim.touchedAtMs = this.#options.now();
  }

  /** This server has a new epoch: everything is claimed again. */
  startEpoch(): void {
    for (const [server, sites] of this.#servers) {
      for (const [site, claim] of sites) this.#restart(site, server, claim);
    }
  }

  /** How many members of a site were ever claimed from each incarnation. */
  numbers(site: string): ReadonlyMap<Incarnation, number> | undefined {
    let numbers: Map<Incarnation, number> | undefined;
    for (const [server, sites] of this.#servers) {
      const claim = sites.get(site);
      if (!claim) continue;
      numbers ??= new Map<Incarnation, number>();
      numbers.set(incarnationOf(server, claim.epoch), claim.acknowledged + claim.members.length);
    }
    return numbers;
  }

  /** The messages to single servers that are due. Each is returned once. */
  takeMessages(): { server: string; message: ClaimMessage }[] {
    const { incarnation, membership } = this.#options;
    return [...this.#servers].flatMap(([server, sites]) => {
      const epoch = membership.epochOf(server);
      const takeovers: Takeover[] = [];
      for (const [site, claim] of sites) {
        const { members, sent } = claim;
        if (claim.epoch !== epoch || sent === members.length) continue;
        const unsent = members.slice(sent).map((move) => [move.member, move.connectionNumber] as const);
        takeovers.push({ site, first: claim.acknowledged + sent + 1, members: unsent });
        claim.sent = members.length;
      }
      if (epoch === undefined || takeovers.length === 0) return [];
      return [{ server, message: { kind: 'claim', epoch, by: incarnation(), takeovers } }];
    });
  }

  /** Drops claims that were acknowledged long ago, or whose server was evicted long ago. */
  sweep(): void {
    const { now, membership, limits } = this.#options;
    this.#pending.sweep();
    for (const [server, sites] of this.#servers) {
      const isAlive = membership.get(server) !== undefined;
      for (const [site, claim] of sites) {
        const isOpen = isAlive && claim.members.length > 0;
        if (!isOpen && now() - claim.touchedAtMs >= limits.keepMs) this.#remove(server, site, claim);
      }
    }
  }

  #add(server: string, move: Move): void {
    const { now, changed, membership, limits } = this.#options;
    const { site } = move;
    const epoch = membership.epochOf(server);
    if (epoch === undefined) return this.#pending.add(server, move);
    const share = shareOf(site);
    if (this.#unacknowledged >= limits.maxUnacknowledged * share) return;
    let claim = this.#servers.get(server)?.get(site);
    if (!claim) {
      if (this.#size >= limits.maxClaims * share && !this.#makeRoom(share)) return;
      const acknowledged = this.#acknowledgedBy(site, server);
      claim = { epoch, acknowledged, members: [], sent: 0, touchedAtMs: now() };
      const sites = this.#servers.get(server) ?? new Map<string, Claim>();
      this.#servers.set(server, sites.set(site, claim));
      this.#size++;
    }
    claim.members.push(move);
    this.#unacknowledged++;
    changed(site);
  }

  #update(site: string, server: string, claim: Claim): void {
    const { now, membership } = this.#options;
    const epoch = membership.epochOf(server);
    // The claim on an unknown server stays: other servers may still count its members.
    if (epoch === undefined) return;
    const acknowledged = this.#acknowledgedBy(site, server);
    if (epoch !== claim.epoch || acknowledged < claim.acknowledged) return this.#restart(site, server, claim);
    const added = acknowledged - claim.acknowledged;
    if (added === 0) return;
    this.#unacknowledged -= claim.members.splice(0, added).length;
    claim.sent = Math.max(0, claim.sent - added);
    claim.acknowledged = acknowledged;
    claim.touchedAtMs = now();
  }

  /** Begins to count again, because one of the two servers has a new epoch. */
  #restart(site: string, server: string, claim: Claim): void {
    const { now, changed, membership } = this.#options;
    const epoch = membership.epochOf(server);
    if (epoch === undefined || claim.members.length === 0) return this.#remove(server, site, claim);
    const acknowledged = this.#acknowledgedBy(site, server);
    Object.assign(claim, { epoch, acknowledged, sent: 0, touchedAtMs: now() });
    changed(site);
  }

  /** Up to which number a server has acknowledged the claims of this server's incarnation. */
  #acknowledgedBy(site: string, server: string): number {
    const { incarnation, replicas } = this.#options;
    const number = replicas.entry(site, server)?.acknowledged?.get(incarnation()) ?? 0;
    // This server goes on from that number, and must not reach the bound because of an invented one.
    return number <= MAX_CLAIMED / 2 ? number : 0;
  }

  /** Members that came late stay pending: their server may return and count them. */
  #remove(server: string, site: string, { members }: Claim): void {
    const sites = this.#servers.get(server)!;
    sites.delete(site);
    if (sites.size === 0) this.#servers.delete(server);
    this.#size--;
    this.#unacknowledged -= members.length;
    for (const move of members) this.#pending.add(server, move);
    this.#options.changed(site);
  }

  /** Drops acknowledged claims early. Returns whether there is room for another one. */
  #makeRoom(share: number): boolean {
    const { now, limits } = this.#options;
    if (now() - this.#madeRoomAtMs < MAKE_ROOM_MS) return false;
    this.#madeRoomAtMs = now();
    for (const [server, sites] of this.#servers) {
      for (const [site, claim] of sites) if (claim.members.length === 0) this.#remove(server, site, claim);
    }
    return this.#size < limits.maxClaims * share;
  }
}
