import type { Heartbeat } from '../wire/messages.ts';

/** Another server, as this one sees it. */
export interface Peer {
  readonly epoch: number;
  /** The number of its newest beat. The first of an epoch is written before its shares are. */
  readonly number: number;
  /** Its last report on each bucket, as its newest beat says. */
  readonly buckets: ReadonlyMap<number, number>;
}

/**
 * Which other servers are alive. [S5] Their beats are aged on this server's own monotonic clock, and only while it
 * can read them; what their clocks say is never asked.
 */
export interface Membership {
  /** The link has come (back) up: nobody is blamed for silence that was this server's own. */
  linked(): void;
  /**
   * Takes in what stands in the registry.
   *
   * @returns the servers about which there is something new.
   */
  beats(beats: ReadonlyMap<string, Heartbeat>): Set<string>;
  /**
   * Takes in how many listen to each server's own channel.
   *
   * @returns the servers about which there is something new.
   */
  listeners(counts: ReadonlyMap<string, number>): Set<string>;
  /** A server was heard of by another way, under this epoch. Returns whether what it says may be believed. */
  heard(server: string, epoch: number): boolean;
  /** Gives up those whose beats have stood still for too long. Only right after a look at the registry. */
  age(): void;
  /** Who has gone since the last call. */
  takeEvicted(): { server: string; epoch: number }[];
  /** Who has gone so long ago that nobody can count what it had. Each is returned once. */
  takeForgotten(): string[];
  /** A server has left for good. */
  left(server: string): void;
  get(server: string): Peer | undefined;
  /** The epoch of a server that is alive, or that somebody may still take for alive. */
  epochOf(server: string): number | undefined;
  /** The live ones. */
  alive(): Iterable<[string, Peer]>;
  /** Everybody about whom it would help to know whether somebody listens to its channel. */
  names(): Iterable<string>;
  /** Whose beats in the registry are only remains: who comes new shall not take them for alive. */
  remains(beats: ReadonlyMap<string, Heartbeat>): string[];
  /** Whether every server that was known when the link came up has been seen or given up since. */
  complete(): boolean;
  /** Whether somebody seems to have gone, so that it is worth looking again soon. */
  doubtful(): boolean;
  readonly size: number;
}

export interface MembershipOptions {
  self: string;
  now: () => number;
  /** How long a beat may stand still, in ms. */
  leaseMs: number;
}

/** How long nobody may listen to a server's own channel: it may be about to come back by a new link. */
const UNHEARD_MS = 700;
/** The same while this server has just come back itself, as all others may have to, too. */
const UNHEARD_AFTER_LINK_MS = 2_500;
/** How soon somebody who is found listening has to show by a beat that it also runs, in ms. */
const SIGN_OF_LIFE_MS = 2_500;
/** How long the dead are remembered, in ms: nobody who is that late can still be believed. */
const BURIED_MS = 600_000;
/** How long after somebody has gone others may still count what it had, in ms. */
const GOING_MS = 20_000;
/** How long the beat of somebody whom nobody knows stands in the registry before it is swept out, in ms. */
const REMAINS_MS = 60_000;

interface KnownPeer extends Peer {
  epoch: number;
  number: number;
  buckets: ReadonlyMap<number, number>;
  advancedAt: number;
  /** Whether it is known to be alive since the link came up. */
  confirmed: boolean;
  /** Whether the registry has been looked at since then. */
  looked: boolean;
  /** When it was found listening, where nothing else is known of it: a lost machine may seem to listen for long. */
  foundAt: number | undefined;
  unheardSince: number | undefined;
}

export function createMembership({ self, now, leaseMs }: MembershipOptions): Membership {
  const peers = new Map<string, KnownPeer>();
  /** The epoch up to which a server is dead. */
  const dead = new Map<string, { epoch: number; lastEpoch: number; atMs: number; recent: boolean }>();
  const gone: { server: string; epoch: number }[] = [];
  let polledAt = now();
  /** Names that stand in the registry, of which nobody knows yet whether they are alive. */
  const candidates = new Map<string, { beat: Heartbeat; sinceMs: number }>();

  function isDead(server: string, epoch: number): boolean {
    return epoch <= (dead.get(server)?.epoch ?? -1);
  }

  function bury(server: string, epoch: number): void {
    candidates.delete(server);
    const peer = peers.get(server);
    dead.set(server, { epoch, lastEpoch: peer?.epoch ?? epoch, atMs: now(), recent: true });
    if (!peer) return;
    peers.delete(server);
    gone.push({ server, epoch: peer.epoch });
  }

  function admit(server: string, { epoch, number, buckets }: Heartbeat, confirmed: boolean): void {
    candidates.delete(server);
    peers.set(server, {
      epoch,
      number,
      buckets,
      advancedAt: now(),
      confirmed,
      looked: true,
      foundAt: confirmed ? undefined : now(),
      unheardSince: undefined,
    });
  }

  return {
    linked() {
      candidates.clear();
      // Silence goes on from where it was when this server last looked, lest links that come and go hide who is gone.
      const awayMs = now() - polledAt;
      for (const peer of peers.values()) {
        const unknown = { confirmed: false, looked: false, foundAt: undefined, unheardSince: undefined };
        Object.assign(peer, { advancedAt: Math.min(now(), peer.advancedAt + awayMs), ...unknown });
      }
    },
    beats(beats) {
      const news = new Set<string>();
      const looked = [...peers.values()];
      polledAt = now();
      for (const [server, beat] of beats) {
        if (server === self || isDead(server, beat.epoch)) continue;
        const peer = peers.get(server);
        if (!peer) {
          // It may have been dead for long: it counts once it moves, or once somebody listens to its channel.
          const before = candidates.get(server);
          if (!before) candidates.set(server, { beat, sinceMs: now() });
          if (!before || (before.beat.epoch === beat.epoch && before.beat.number === beat.number)) continue;
          admit(server, beat, true);
          news.add(server);
        } else if (beat.epoch > peer.epoch || (beat.epoch === peer.epoch && beat.number !== peer.number)) {
          const { epoch, number, buckets } = beat;
          // The first look after a silence of this server's own may find the last beat of somebody who has gone since.
          const confirmed = peer.confirmed || peer.looked;
          Object.assign(peer, { epoch, number, buckets, advancedAt: now(), confirmed });
          news.add(server);
        }
      }
      for (const peer of looked) peer.looked = true;
      return news;
    },
    listeners(counts) {
      const news = new Set<string>();
      for (const [server, { beat }] of [...candidates]) {
        if ((counts.get(server) ?? 0) === 0) continue;
        admit(server, beat, false);
        news.add(server);
      }
      for (const [server, peer] of [...peers]) {
        const count = counts.get(server);
        if (count === undefined) continue;
        if (count > 0) {
          peer.unheardSince = undefined;
          if (peer.foundAt === undefined) peer.confirmed = true;
          continue;
        }
        peer.unheardSince ??= now();
        const patience = peer.confirmed || peer.foundAt !== undefined ? UNHEARD_MS : UNHEARD_AFTER_LINK_MS;
        if (now() - peer.unheardSince >= patience) bury(server, peer.epoch);
      }
      return news;
    },
    heard(server, epoch) {
      if (server === self || isDead(server, epoch)) return false;
      const peer = peers.get(server);
      if (!peer) admit(server, { epoch, number: -1, buckets: new Map() }, true);
      // What its last beat said holds no longer, and the next one has not been read.
      else if (epoch > peer.epoch) {
        Object.assign(peer, { epoch, number: 0, advancedAt: now(), confirmed: true });
      }
      return true;
    },
    age() {
      for (const [server, peer] of [...peers]) {
        if (now() - peer.advancedAt >= leaseMs) bury(server, peer.epoch);
      }
    },
    takeForgotten() {
      const forgotten: string[] = [];
      for (const [server, entry] of dead) {
        const age = now() - entry.atMs;
        if (age >= BURIED_MS) dead.delete(server);
        if (age < GOING_MS || !entry.recent) continue;
        entry.recent = false;
        if (!peers.has(server)) forgotten.push(server);
      }
      return forgotten;
    },
    takeEvicted() {
      return gone.splice(0);
    },
    left(server) {
      if (server !== self) bury(server, Infinity);
    },
    get: (server) => peers.get(server),
    epochOf(server) {
      const peer = peers.get(server);
      if (peer) return peer.epoch;
      const last = dead.get(server);
      if (last?.recent) return last.lastEpoch;
      // Nobody knows yet whether it is alive, and others may still count what it had.
      return candidates.get(server)?.beat.epoch;
    },
    alive: () => peers.entries(),
    remains: (beats) =>
      [...beats].flatMap(([server, { epoch }]) => {
        const since = candidates.get(server)?.sinceMs ?? Infinity;
        return isDead(server, epoch) || now() - since >= REMAINS_MS ? [server] : [];
      }),
    names: () => [...peers.keys(), ...candidates.keys()],
    complete: () =>
      [...peers.values()].every(
        ({ confirmed, foundAt = -Infinity }) => confirmed || now() - foundAt < SIGN_OF_LIFE_MS,
      ),
    doubtful: () => [...peers.values()].some(({ unheardSince }) => unheardSince !== undefined),
    get size() {
      return peers.size;
    },
  };
}
