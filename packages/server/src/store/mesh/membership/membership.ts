import type { BusCommand, BusReply, BusWarning } from '../../bus/bus.ts';
import { isNewerEpoch, MAX_SERVERS } from '../wire/bounds.ts';
import type { KeyNames } from '../wire/keys.ts';
import { isSigned } from '../../bus/signature.ts';
import { encodeControlMessage, isServer, parseHeartbeat, type Heartbeat } from '../wire/messages.ts';
import * as peerState from './peer-state.ts';
import { transition, UNKNOWN, type Peer, type PeerEvent } from './peer-state.ts';

export interface MembershipOptions {
  /** This server's name. */
  server: string;
  keys: KeyNames;
  now: () => number;
  /** How long the heartbeat of a server may stand still before the server is evicted, in ms. */
  leaseMs: number;
  evicted: (server: string) => void;
  /** Whether messages of a server under this epoch were received before the server counted. */
  hasMessages: (server: string, epoch: number) => boolean;
  warning: (kind: BusWarning, text: string) => void;
  /** A server counts from now on, or has a new epoch. */
  counted: (server: string, epoch: number) => void;
}

const UNSIGNED =
  'other servers sign what they write to Redis, and this server has no secret. It ignores them, and they ignore it: ' +
  'give it their Redis secret';

/**
 * Which other servers are alive (failure detector). [S5] Heartbeats are aged on this server's own monotonic clock, and
 * only while it can read them; clocks of other servers are never used. What an event does to a server is in peer-state.ts.
 */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #peers = new Map<string, Peer>();
  #registry: ReadonlyMap<string, Heartbeat> = new Map();
  /** Fields of the registry that are none of a server. */
  #invalid: string[] = [];
  #evictions: BusCommand[] = [];
  /** Evicted servers that have made room for others. */
  #displaced: string[] = [];
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

  registryCommand(): BusCommand {
    return ['HGETALL', this.#options.keys.registry];
  }

  /** @returns the servers whose heartbeat is new. */
  readRegistry(reply: BusReply | undefined): string[] {
    const registry = new Map<string, Heartbeat>();
    const invalid: string[] = [];
    let hasSigned = false;
    for (const [server, text] of reply as ReadonlyMap<string, string>) {
      const heartbeat = parseHeartbeat(text);
      if (heartbeat && isServer(server)) registry.set(server, heartbeat);
      else if (isSigned(text)) hasSigned = true;
      else invalid.push(server);
    }
    this.#invalid = invalid.filter((field) => field !== this.#options.server);
    this.#registry = registry;
    if (hasSigned) this.#options.warning('signature', UNSIGNED);
    this.#readAtMs = this.#options.now();
    return [...new Set([...registry.keys(), ...this.#peers.keys()])].filter((server) => {
      const heartbeat = registry.get(server);
      const isNew = this.#apply(server, { type: 'registry', heartbeat });
      if (isNew || !heartbeat || !this.#options.hasMessages(server, heartbeat.epoch)) return isNew;
      return this.#apply(server, { type: 'message', epoch: heartbeat.epoch });
    });
  }

  /** The command that counts the subscribers of each server's channel. */
  subscribersCommand(): BusCommand {
    const { keys, server } = this.#options;
    return ['NUMSUB', keys.server(server), ...this.watched().map(keys.server)];
  }

  /** @returns the servers that are counted from now on. */
  readSubscribers(reply: BusReply | undefined): string[] {
    return this.watched().filter((server) => {
      const count = (reply as ReadonlyMap<string, number>).get(this.#options.keys.server(server));
      return count !== undefined && this.#apply(server, { type: 'subscribers', count });
    });
  }

  /**
   * Whether a message shows an epoch that this server does not know, so that the registry is to be read. Only the registry
   * and the subscribers of a channel make a server count: anyone who may publish can invent a message.
   */
  isUnknown(server: string, epoch: number): boolean {
    const peer = this.#peer(server);
    if (server === this.#options.server || peerState.isEvicted(peer, epoch)) return false;
    const known = peerState.memberOf(peer)?.epoch;
    return known === undefined || isNewerEpoch(epoch, known);
  }

  /** Evicts servers whose lease has expired. To be called right after the registry was read. */
  evictExpired(): void {
    const { leaseMs } = this.#options;
    for (const server of this.#peers.keys()) this.#apply(server, { type: 'lease', leaseMs });
  }

  /** A server has left, or is known to be dead, as of `epoch`. */
  left(server: string, epoch: number): void {
    this.#apply(server, { type: 'leave', epoch });
  }

  /** The messages to servers that were evicted since the last call: they may be alive after all. */
  takeEvictionMessages(): BusCommand[] {
    return this.#evictions.splice(0);
  }

  /** The servers that were evicted so long ago that no server counts their members. Each is returned once. */
  takeForgotten(): string[] {
    const old = [...this.#peers].flatMap(([server, peer]) => {
      this.#apply(server, { type: 'sweep' });
      const isForgotten = peer.eviction?.isRecent && !this.#peer(server).eviction?.isRecent;
      return isForgotten && !peerState.memberOf(peer) ? [server] : [];
    });
    return [...this.#displaced.splice(0), ...old];
  }

  /** The commands that remove registrations of servers that are gone, as of the last read. */
  cleanUpCommands(): BusCommand[] {
    const { keys, now } = this.#options;
    const stale = [...this.#registry].flatMap(([server, { epoch }]) =>
      peerState.isStaleRegistration(this.#peer(server), epoch, now()) ? [server] : [],
    );
    const fields = [...stale, ...this.#invalid].slice(0, MAX_SERVERS);
    return fields.length > 0 ? [['HDEL', keys.registry, ...fields]] : [];
  }

  /** The newest heartbeat of a server that is counted. */
  get(server: string): Heartbeat | undefined {
    return peerState.memberOf(this.#peer(server));
  }

  /** The epoch of a server that is counted, or that other servers may count. */
  epochOf(server: string): number | undefined {
    return peerState.epochOf(this.#peer(server));
  }

  /** The servers that are counted. */
  members(): [server: string, heartbeat: Heartbeat][] {
    return [...this.#peers].flatMap(([server, peer]) => {
      const heartbeat = peerState.memberOf(peer);
      return heartbeat ? [[server, heartbeat]] : [];
    });
  }

  /** The smallest name among the servers that are counted, and this one. */
  leader(): string {
    const names = this.members().map(([name]) => name);
    return names.reduce((least, name) => (name < least ? name : least), this.#options.server);
  }

  /** The servers that are counted, and the candidates. */
  watched(): string[] {
    return [...this.#peers.keys()].filter((server) => peerState.isWatched(this.#peer(server)));
  }

  /** Whether every server that was counted when the link came up has given a sign of life or was evicted since. */
  isComplete(): boolean {
    const now = this.#options.now();
    return [...this.#peers.values()].every((peer) => !peerState.isAwaited(peer, now));
  }

  hasSuspects(): boolean {
    return [...this.#peers.values()].some(({ state }) => state.status === 'suspect');
  }

  #peer(server: string): Peer {
    return this.#peers.get(server) ?? UNKNOWN;
  }

  /** Returns whether there is room for one more server. Those that are gone make room, the first known ones first. */
  #makeRoom(): boolean {
    if (this.#peers.size < MAX_SERVERS) return true;
    for (const [server, { state }] of this.#peers) {
      if (state.status !== 'evicted') continue;
      this.#displaced.push(server);
      return this.#peers.delete(server);
    }
    return false;
  }

  /** Returns whether the server is counted and its heartbeat is new. */
  #apply(server: string, event: PeerEvent): boolean {
    const { counted, evicted, keys, now, server: self } = this.#options;
    if (server === self) return false;
    const before = this.#peer(server);
    const after = transition(before, event, now());
    if (after.state.status === 'unknown') this.#peers.delete(server);
    else if (this.#peers.has(server) || this.#makeRoom()) this.#peers.set(server, after);
    else return false;
    const [lost, heartbeat] = [before, after].map(peerState.memberOf);
    if (lost && !heartbeat) {
      const message = encodeControlMessage({ kind: 'evicted', epoch: lost.epoch });
      // A server that has left knows that it is gone.
      if (event.type !== 'leave') this.#evictions.push(['PUBLISH', keys.server(server), message]);
      evicted(server);
    }
    if (heartbeat === undefined || heartbeat === lost) return false;
    if (heartbeat.epoch !== lost?.epoch) counted(server, heartbeat.epoch);
    return true;
  }
}
