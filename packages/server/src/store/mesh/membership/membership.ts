import type { Heartbeat } from '../wire/messages.ts';
import {
  epochOf,
  isAwaited,
  isEvicted,
  isStaleRegistration,
  memberOf,
  transition,
  UNKNOWN,
  type Peer,
  type PeerEvent,
} from './peer-state.ts';

export interface MembershipOptions {
  self: string;
  now: () => number;
  /** How long the heartbeat of a server may stand still before the server is evicted, in ms. */
  leaseMs: number;
}

/** An evicted server, with the epoch under which it was counted. */
export interface EvictedServer {
  readonly server: string;
  readonly epoch: number;
}

/**
 * Which other servers are alive. [S5] Heartbeats are aged on this server's own monotonic clock, and only while it can
 * read them; clocks of other servers are never used. What an event does to a server is in peer-state.ts.
 */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #peers = new Map<string, Peer>();
  #evicted: EvictedServer[] = [];
  #readAtMs: number;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#readAtMs = options.now();
  }

  /** The link has come up (again). No server is evicted for silence while this server could not listen. */
  linked(): void {
    const awayMs = this.#options.now() - this.#readAtMs;
    for (const server of this.#peers.keys()) this.#apply(server, { type: 'linked', awayMs });
  }

  /** @returns the servers whose heartbeat is new. */
  readRegistry(registry: ReadonlyMap<string, Heartbeat>): string[] {
    this.#readAtMs = this.#options.now();
    return [...new Set([...registry.keys(), ...this.#peers.keys()])].filter((server) =>
      this.#apply(server, { type: 'registry', heartbeat: registry.get(server) }),
    );
  }

  /**
   * @param counts how many subscribers the channel of each server has.
   * @returns the servers that are counted from now on.
   */
  readSubscribers(counts: ReadonlyMap<string, number>): string[] {
    return [...counts].flatMap(([server, count]) =>
      this.#apply(server, { type: 'subscribers', count }) ? [server] : [],
    );
  }

  /** A message of a server was received. Returns `false` if it is to be ignored, because that epoch was evicted. */
  received(server: string, epoch: number): boolean {
    if (server === this.#options.self || isEvicted(this.#peer(server), epoch)) return false;
    this.#apply(server, { type: 'message', epoch });
    return true;
  }

  /** Evicts servers whose lease has expired. To be called right after the registry was read. */
  evictExpired(): void {
    const { leaseMs } = this.#options;
    for (const server of this.#peers.keys()) this.#apply(server, { type: 'lease', leaseMs });
  }

  /** A server has left, or is known to be gone. */
  left(server: string): void {
    this.#apply(server, { type: 'leave' });
  }

  /** The servers that were evicted since the last call. */
  takeEvicted(): EvictedServer[] {
    const evicted = this.#evicted;
    this.#evicted = [];
    return evicted;
  }

  /** The servers that were evicted so long ago that no server counts their members. Each is returned once. */
  takeForgotten(): string[] {
    return [...this.#peers].flatMap(([server, peer]) => {
      this.#apply(server, { type: 'sweep' });
      const wasForgotten = peer.eviction?.isRecent && !this.#peers.get(server)?.eviction?.isRecent;
      return wasForgotten && !memberOf(peer) ? [server] : [];
    });
  }

  /** The newest heartbeat of a server that is counted. */
  get(server: string): Heartbeat | undefined {
    return memberOf(this.#peer(server));
  }

  /** The epoch of a server that is counted, or that other servers may count. */
  epochOf(server: string): number | undefined {
    return epochOf(this.#peer(server));
  }

  /** The servers that are counted. */
  *members(): Iterable<[server: string, heartbeat: Heartbeat]> {
    for (const [server, peer] of this.#peers) {
      const heartbeat = memberOf(peer);
      if (heartbeat) yield [server, heartbeat];
    }
  }

  /** The servers whose subscribers are to be counted. */
  watched(): string[] {
    return [...this.#peers].flatMap(([server, peer]) =>
      memberOf(peer) || peer.state.status === 'candidate' ? [server] : [],
    );
  }

  staleRegistrations(registry: ReadonlyMap<string, Heartbeat>): string[] {
    const now = this.#options.now();
    return [...registry].flatMap(([server, { epoch }]) =>
      isStaleRegistration(this.#peer(server), epoch, now) ? [server] : [],
    );
  }

  /** Whether every server that was counted when the link came up has given a sign of life or was evicted since. */
  isComplete(): boolean {
    const now = this.#options.now();
    return [...this.#peers.values()].every((peer) => !isAwaited(peer, now));
  }

  hasSuspects(): boolean {
    return [...this.#peers.values()].some(({ state }) => state.status === 'suspect');
  }

  get size(): number {
    return [...this.members()].length;
  }

  #peer(server: string): Peer {
    return this.#peers.get(server) ?? UNKNOWN;
  }

  /** Returns whether the server is counted and its heartbeat is new. */
  #apply(server: string, event: PeerEvent): boolean {
    if (server === this.#options.self) return false;
    const before = this.#peer(server);
    const after = transition(before, event, this.#options.now());
    if (after.state.status === 'unknown') this.#peers.delete(server);
    else this.#peers.set(server, after);
    const [lost, heartbeat] = [memberOf(before), memberOf(after)];
    if (lost && !heartbeat) this.#evicted.push({ server, epoch: lost.epoch });
    return heartbeat !== undefined && heartbeat !== lost;
  }
}
