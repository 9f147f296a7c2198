import type { Clock } from '../../../core/ports.ts';
import type { Bus, BusLink } from '../../bus/bus.ts';
import type { Health } from './health.ts';
import type { Session } from './session.ts';
import { within } from './deadline.ts';

/**
 * Keeps a server linked to the others: one session at a time, each on a link of its own, for as long as nothing goes
 * wrong with it. Whatever does go wrong ends that link, and another is made. [S5, S6]
 */
export interface Reconnector {
  /** Makes the first link. Later ones are made without being asked for, also where this one fails. */
  start(): Promise<void>;
  /** There is something to say. */
  flushSoon(): void;
  /** There may be buckets to listen to. */
  follow(): void;
  /** Ends a session that this process has slept through. To be asked before anything is believed. */
  noticeSleep(): void;
  /** Tells everybody, if there is a link, that a server is not there any more. */
  farewell(server: string): Promise<void>;
  /** Says what has not been said, and then goodbye. */
  leave(): Promise<void>;
  close(): void;
}

export interface ReconnectorOptions {
  bus: Bus;
  clock: Clock;
  /** This server's name. */
  server: string;
  health: Health;
  leaseMs: number;
  beatMs: number;
  flushMs: number;
  random: () => number;
  /** Everything is said anew on `link`, under another epoch. Calls `fail` once the link is of no use any more. */
  createSession: (link: BusLink, fail: (error: Error) => void) => Session;
  /** Whether there is anything to say. */
  isWaiting: () => boolean;
  /** Whether there are buckets to listen to that are not listened to yet. */
  isMissingBuckets: () => boolean;
  /** Whether all that others have is known. */
  isComplete: () => boolean;
  /** What is known of others has become complete. */
  caughtUp: () => void;
  /** Once each beat. */
  sweep: () => void;
}

/** How long connecting may take, in ms, with all that is asked and checked on the way. */
const CONNECT_MS = 3_000;
/** How long to wait before the next attempt, in ms: doubling, of which a random half is kept. */
const RETRY_MS = { first: 50, most: 500 };
/** Changes within this time make one report, also after a quiet time, in ms. */
const GATHER_MS = 3;

/** After so many reports without a pause a storm is on, which is told half as often. */
const LONG_STREAK = 4;

const INCOMPLETE = 'not all other servers are back yet';
const SLEPT = 'this process was stopped for a while';

export function createReconnector(options: ReconnectorOptions): Reconnector {
  const { bus, clock, health, leaseMs, beatMs, flushMs, random } = options;
  const sleepMs = Math.max(leaseMs / 2, 3 * beatMs);
  let link: BusLink | undefined;
  let session: Session | undefined;
  /** Whether the session is open. */
  let isOpen = false;
  /** What the open session is doing, of each kind one thing at a time. */
  let busy = new Set<string>();
  let failures = 0;
  /** When this process was last seen running, once it has started. */
  let tickedAt = Infinity;
  let flushedAt = -Infinity;
  /** How many reports have followed each other without a pause. */
  let streak = 0;
  let isClosed = false;
  const planned = new Map<'retry' | 'tick' | 'flush', () => void>();

  function plan(what: 'retry' | 'tick' | 'flush', delayMs: number, task: () => void): void {
    if (planned.has(what) || isClosed) return;
    const run = (): void => {
      planned.delete(what);
      task();
    };
    planned.set(what, clock.schedule(run, delayMs));
  }

  function callOff(what: 'retry' | 'tick' | 'flush'): void {
    planned.get(what)?.();
    planned.delete(what);
  }

  async function work(kind: string, task: (open: Session) => Promise<void>): Promise<void> {
    const open = session;
    const doing = busy;
    if (!open || !isOpen || doing.has(kind)) return;
    doing.add(kind);
    try {
      await task(open);
    } catch (error) {
      if (open === session) fail(error as Error);
    } finally {
      doing.delete(kind);
    }
  }

  function drop(): void {
    session = undefined;
    isOpen = false;
    busy = new Set();
    link?.close();
    link = undefined;
    callOff('flush');
  }

  function fail(error: Error): void {
    drop();
    health.unwell(error.message);
    const delay = Math.min(RETRY_MS.most, RETRY_MS.first * 2 ** failures++);
    plan('retry', delay * (1 - random() / 2), () => void connect().catch(() => {}));
  }

  /** @throws Error after which another attempt is under way. */
  async function connect(): Promise<void> {
    let mine: Session | undefined;
    /** What goes wrong on this link ends this link alone. */
    const failMine = (error: Error): void => {
      if (mine && mine === session) fail(error);
    };
    const hear = (channel: string, message: string): void => {
      if (mine && mine === session) mine.hear(channel, message);
    };
    try {
      const connecting = bus.connect({ message: hear, down: failMine });
      const made = await within(clock, CONNECT_MS, 'connecting', connecting, (late) => late.close());
      if (isClosed) return made.close();
      link = made;
      session = mine = options.createSession(made, failMine);
      await mine.open();
      if (mine !== session) throw new Error('the link was lost while it was being opened');
    } catch (error) {
      if (mine === session && !isClosed) fail(error as Error);
      throw error;
    }
    isOpen = true;
    failures = 0;
    judge();
    options.caughtUp();
    follow();
    if (options.isWaiting()) flushSoon();
  }

  function judge(): void {
    if (options.isComplete()) health.well();
    else health.unwell(INCOMPLETE);
  }

  function flushSoon(): void {
    if (!isOpen || busy.has('flush')) return;
    const pauseMs = streak < LONG_STREAK ? flushMs : 2 * flushMs;
    plan('flush', Math.max(GATHER_MS, flushedAt + pauseMs - clock.now()), () => {
      streak = clock.now() - flushedAt < 3 * flushMs ? streak + 1 : 0;
      flushedAt = clock.now();
      void work('flush', (open) => open.flush()).then(() => {
        if (options.isWaiting()) flushSoon();
      });
    });
  }

  function follow(): void {
    if (!options.isMissingBuckets()) return;
    void work('follow', async (open) => {
      while (open === session && options.isMissingBuckets()) await open.follow();
      if (open === session) options.caughtUp();
    });
  }

  function tick(): void {
    plan('tick', beatMs, tick);
    noticeSleep();
    tickedAt = clock.now();
    options.sweep();
    void work('beat', async (open) => {
      await open.beat();
      if (open !== session) return;
      judge();
      follow();
    });
  }

  function noticeSleep(): void {
    if (clock.now() - tickedAt < sleepMs) return;
    tickedAt = clock.now();
    health.lost(SLEPT);
    if (session) fail(new Error(SLEPT));
  }

  return {
    async start() {
      tickedAt = clock.now();
      plan('tick', beatMs, tick);
      await connect();
    },
    flushSoon,
    follow,
    noticeSleep,
    async farewell(server) {
      if (isOpen) await session?.farewell(server);
    },
    async leave() {
      if (!isOpen) return;
      callOff('flush');
      await session?.flush();
      await session?.farewell(options.server);
    },
    close() {
      isClosed = true;
      for (const cancel of planned.values()) cancel();
      drop();
    },
  };
}
