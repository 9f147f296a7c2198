import type { Clock, Store, StoreListener } from '../../core/ports.ts';
import { createAnswers } from './answers.ts';
import { BusRefused, type Bus, type BusLink } from './bus.ts';
import { createClaims } from './claims.ts';
import { createFollowing } from './following.ts';
import { createHealth } from './health.ts';
import { createLedger } from './ledger.ts';
import { lifeOf, type Entry } from './messages.ts';
import { bucketOf, createNames } from './names.ts';
import { createOutbox } from './outbox.ts';
import { isEmpty } from './share.ts';
import type { MeshParts } from './parts.ts';
import { createPeers } from './peers.ts';
import { createSession, type Session } from './session.ts';
import { within } from './within.ts';

/** A store that agrees with those of other servers over a bus. */
export interface MeshStore extends Store {
  readonly server: string;
  peers(): number;
  /** Another server is known to be dead: what it had counts no longer, here and everywhere. */
  bury(server: string): void;
}

export interface MeshOptions {
  bus: Bus;
  clock: Clock;
  /** This server's name, which no other one ever has: 1 to 48 letters, digits, `_` or `-`. */
  server: string;
  /** What the names of all keys and channels begin with. */
  prefix: string;
  /** Whether only sites are known that this server has people on, or all. */
  follow: 'hosted' | 'all';
  /** After how long a server that shows no sign of life is given up, in ms. */
  leaseMs: number;
  /** How often servers show that they are alive, in ms. */
  beatMs: number;
  /** Shortest time between two reports on a bucket, in ms. */
  flushMs: number;
  /** A number from 0 up to 1, for spreading servers that come back at once. */
  random: () => number;
}

/** How long connecting may take, in ms, with all that is asked and checked on the way. */
const CONNECT_MS = 3_000;
/** How long the link may be away before totals are called stale, in ms. */
const GRACE_MS = 1_000;
const RETRY_MS = { first: 50, most: 500 };
/** Changes within this time make one report, also after a quiet time, in ms. */
const GATHER_MS = 3;

/** Creates a store that agrees with others over `bus`. [S1–S6] */
export function createMeshStore(options: MeshOptions): MeshStore {
  const { bus, clock, server, leaseMs, beatMs, flushMs, random } = options;
  const now = (): number => clock.now();
  const names = createNames(options.prefix);
  const counts = new Map<string, number>();
  const claimsKeepMs = Math.max(15_000, leaseMs + 5_000);
  let listener: StoreListener | undefined;
  let epoch = 0;
  let link: BusLink | undefined;
  let session: Session | undefined;
  /** The session that is open; none while one is being opened. */
  let ready: Session | undefined;
  let cancelRetry: (() => void) | undefined;
  let failures = 0;
  let cancelTick: (() => void) | undefined;
  let tickedAt = 0;
  let cancelFlush: (() => void) | undefined;
  let flushedAt = -Infinity;
  let busy = { beat: false, flush: false, follow: false };
  let wasOpen = false;
  let closing: Promise<void> | undefined;

  const ledger = createLedger(server, (site) => {
    claims.settle(site);
    listener?.changed(site);
  });
  const peers = createPeers({ self: server, now, leaseMs });
  const claims = createClaims({
    now,
    epochOf: peers.epochOf,
    isAlive: (name) => peers.get(name) !== undefined,
    outOfTouch: () => !health.isWell,
    answersOf: (site, name) => ledger.entry(site, name)?.answers?.get(lifeOf(server, epoch)) ?? 0,
    keepMs: claimsKeepMs,
    life: () => lifeOf(server, epoch),
    changed: restate,
  });
  const answers = createAnswers({
    now,
    keepMs: 3 * claimsKeepMs,
    taken: (site, member, hop) => listener?.taken(site, member, hop),
    changed: restate,
  });
  const outbox = createOutbox({ server, names, now, entryOf, shareTtlMs: 6 * leaseMs });
  const following = createFollowing(options.follow, now);
  const parts: MeshParts = { server, clock, names, ledger, peers, claims, answers, outbox, following };
  const health = createHealth(clock, GRACE_MS, (stale, reason) => listener?.stale(stale, reason));

  function entryOf(site: string): Entry {
    return { count: counts.get(site) ?? 0, claims: claims.tally(site), answers: answers.tally(site) };
  }

  /** What this server has to say about a site is another thing now. */
  function put(site: string): void {
    const entry = entryOf(site);
    ledger.own(site, isEmpty(entry) ? undefined : entry);
    outbox.touch(site);
    flushSoon();
  }

  function restate(site: string): void {
    put(site);
    listener?.changed(site);
  }

  function flushSoon(): void {
    if (!ready || cancelFlush || busy.flush) return;
    const delay = Math.max(GATHER_MS, flushedAt + flushMs - now());
    cancelFlush = clock.schedule(() => {
      cancelFlush = undefined;
      flushedAt = now();
      void work('flush', (open) => open.flush()).then(() => {
        if (outbox.waiting) flushSoon();
      });
    }, delay);
  }

  /** Does one thing of a kind at a time on the open session; what goes wrong ends it. */
  async function work(kind: keyof typeof busy, task: (open: Session) => Promise<void>): Promise<void> {
    const open = ready;
    if (!open || busy[kind]) return;
    const mine = busy;
    mine[kind] = true;
    try {
      await task(open);
    } catch (error) {
      if (open === ready) fail(error as Error);
    } finally {
      mine[kind] = false;
    }
  }

  function follow(): void {
    const isUnknown = (bucket: number): boolean => !following.isKnown(bucket);
    if (!following.wanted().some(isUnknown)) return;
    void work('follow', async (open) => {
      while (open === ready && following.wanted().some(isUnknown)) await open.follow();
      for (const site of counts.keys()) listener?.changed(site);
    });
  }

  function tick(): void {
    cancelTick = clock.schedule(tick, beatMs);
    noticeSleep();
    tickedAt = now();
    claims.sweep();
    answers.sweep();
    void work('beat', async (open) => {
      await open.beat();
      if (open !== ready) return;
      if (peers.complete()) health.well();
      else health.unwell('not all other servers are back yet');
      follow();
    });
  }

  /** Whoever slept has missed what the others said, and they may have given it up. [S5] */
  function noticeSleep(): boolean {
    const slept = now() - tickedAt >= Math.max(leaseMs / 2, 3 * beatMs);
    if (!slept) return false;
    tickedAt = now();
    health.lost('this process was stopped for a while');
    if (session) fail(new Error('this process was stopped for a while'));
    return true;
  }

  /** The link is of no use any more: a new one is made, under a new epoch. */
  function fail(error: Error): void {
    session = undefined;
    ready = undefined;
    busy = { beat: false, flush: false, follow: false };
    link?.close();
    link = undefined;
    cancelFlush?.();
    cancelFlush = undefined;
    if (closing) return;
    health.unwell(error.message);
    const delay = Math.min(RETRY_MS.most, RETRY_MS.first * 2 ** failures++);
    cancelRetry ??= clock.schedule(
      () => {
        cancelRetry = undefined;
        connect().catch(() => {});
      },
      delay * (1 - random() / 2),
    );
  }

  /** Makes a link and a session on it. @throws Error after which another attempt is under way. */
  async function connect(): Promise<void> {
    let mine: Session | undefined;
    /** What goes wrong on this link ends this link alone. */
    const failMine = (error: Error): void => {
      if (mine && session === mine) fail(error);
    };
    try {
      const made = await within(
        clock,
        CONNECT_MS,
        'connecting',
        bus.connect({
          message: (channel, message) => {
            if (mine && session === mine) mine.hear(channel, message);
          },
          down: failMine,
        }),
        (late) => late.close(),
      );
      if (closing) return made.close();
      link = made;
      epoch++;
      ledger.renew(epoch);
      peers.linked();
      answers.renew();
      outbox.renew(epoch);
      const warm = !wasOpen && options.follow === 'hosted';
      mine = createSession({
        ...parts,
        link,
        epoch,
        shareTtlMs: 6 * leaseMs,
        warm,
        wake: flushSoon,
        fail: failMine,
      });
      session = mine;
      claims.renew();
      for (const site of counts.keys()) put(site);
      await mine.open();
      if (session !== mine) throw new Error('the link was lost while it was being opened');
      ready = mine;
      wasOpen = true;
      failures = 0;
      if (peers.complete()) health.well();
      else health.unwell('not all other servers are back yet');
      for (const site of counts.keys()) listener?.changed(site);
      follow();
      if (outbox.waiting) flushSoon();
    } catch (error) {
      if (session === mine) fail(error as Error);
      throw error;
    }
  }

  async function close(): Promise<void> {
    cancelTick?.();
    cancelRetry?.();
    health.close();
    cancelFlush?.();
    const open = ready;
    counts.clear();
    await open?.farewell(server).catch(() => {});
    link?.close();
    link = undefined;
    session = undefined;
    ready = undefined;
  }

  return {
    server,
    async open(its) {
      listener = its;
      tickedAt = now();
      cancelTick = clock.schedule(tick, beatMs);
      try {
        await connect();
      } catch (error) {
        if (error instanceof BusRefused) {
          cancelRetry?.();
          cancelTick();
          throw error;
        }
        health.lost((error as Error).message);
      }
    },
    report(site, count) {
      if (closing || !listener) return;
      noticeSleep();
      const before = counts.get(site) ?? 0;
      if (before === count) return;
      if (count > 0) counts.set(site, count);
      else counts.delete(site);
      if (before > 0 !== count > 0) {
        following.host(bucketOf(site), count > 0 ? 1 : -1);
        if (count > 0) follow();
      }
      put(site);
    },
    take(site, member, from) {
      if (!closing && from.server !== server) claims.add(site, member, from);
    },
    others: (site) => ledger.others(site),
    stale: (site) => !following.isKnown(bucketOf(site)),
    sites: () => ledger.sites(),
    peers: () => peers.size,
    bury(name) {
      peers.left(name);
      for (const { server: gone } of peers.takeGone()) {
        ledger.forget(gone);
        claims.gone(gone);
      }
      void ready?.farewell(name).catch(() => {});
    },
    close: () => (closing ??= close()),
  };
}
