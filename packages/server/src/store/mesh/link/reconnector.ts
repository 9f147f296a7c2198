import type { Clock } from '../../../core/ports.ts';
import type { Bus, BusCommand, BusLink, BusReply, BusWarning } from '../../bus/bus.ts';
import { createRunCommands, withDeadline } from '../../bus/deadline.ts';
import type { Health } from './health.ts';
import {
  flushDelayMs,
  flushed,
  renewalDelayMs,
  RENEWALS,
  RESTED,
  retryDelayMs,
  SUSPECT_INTERVAL_MS,
} from './pacing.ts';
import type { Session } from './session.ts';

export interface ReconnectorOptions {
  bus: Bus;
  clock: Clock;
  server: string;
  health: Health;
  leaseMs: number;
  heartbeatIntervalMs: number;
  publishIntervalMs: number;
  /** From 0 up to 1. */
  random: () => number;
  /** Begins a new epoch on `link`. Calls `fail` when the link is of no use any more. */
  createSession: (link: BusLink, fail: (error: Error) => void) => Session;
  hasPending: () => boolean;
  /** Whether a wanted bucket is not known yet. */
  hasUnknownBuckets: () => boolean;
  /** Whether the state of all other servers is known. */
  isComplete: () => boolean;
  /** Whether a server seems to be gone, so that its subscribers are to be counted again soon. */
  hasSuspects: () => boolean;
  /** More buckets have become known. */
  caughtUp: () => void;
  /** The bus has found something that is not as it should be. */
  warning: (kind: BusWarning, text: string) => void;
  /** Is called at each heartbeat. */
  sweep: () => void;
}

type Task = 'flush' | 'follow' | 'heartbeat' | 'registry' | 'suspects';
/** The tasks that read which other servers are there. */
const READING: ReadonlySet<Task> = new Set<Task>(['heartbeat', 'registry', 'suspects']);
type Timer = 'retry' | 'heartbeat' | 'flush' | 'registry' | 'suspects' | 'renew';

/** How long making a link may take, in ms, with all checks of the bus. */
const CONNECT_TIMEOUT_MS = 3_000;
const INCOMPLETE = 'not all other servers are back yet';
const PAUSED = 'this process was stopped for a while';

/**
 * Keeps a server linked to the others: one session at a time, each on a link of its own. Any error ends the session and
 * its link, and another link is made. [S5, S6]
 */
export class Reconnector {
  readonly #options: ReconnectorOptions;
  readonly #timers = new Map<Timer, () => void>();
  readonly #maxPauseMs: number;
  #link: BusLink | undefined;
  #session: Session | undefined;
  #isOpen = false;
  /** What the open session is doing: of each kind one at a time. */
  #busy = new Set<Task>();
  #failures = 0;
  #pace = RESTED;
  /** Whether a message has shown that there is something new in the registry, and when it was last read for that. */
  #hasNews = false;
  #readAtMs = -Infinity;
  /** When the last sessions were renewed, oldest first. */
  #renewedAtMs: number[] = [];
  /** When this process was last known to run, once it has started. */
  #ranAtMs = Infinity;
  #isClosed = false;

  constructor(options: ReconnectorOptions) {
    this.#options = options;
    this.#maxPauseMs = Math.max(options.leaseMs / 2, 3 * options.heartbeatIntervalMs);
  }

  /** Makes the first link. If that fails, more attempts follow. */
  async start(): Promise<void> {
    this.#ranAtMs = this.#options.clock.now();
    this.#scheduleHeartbeat();
    await this.#connect();
  }

  /** Publishes soon what is pending. */
  flushSoon(): void {
    const { clock, hasPending, publishIntervalMs } = this.#options;
    if (!this.#isOpen || this.#busy.has('flush')) return;
    this.#schedule('flush', flushDelayMs(this.#pace, publishIntervalMs, clock.now()), () => {
      this.#pace = flushed(this.#pace, publishIntervalMs, clock.now());
      void this.#work('flush', (session) => session.flush()).then(() => {
        if (hasPending()) this.flushSoon();
      });
    });
  }

  /** Subscribes to buckets that are needed now. */
  follow(): void {
    const { caughtUp, hasUnknownBuckets } = this.#options;
    if (!hasUnknownBuckets()) return;
    void this.#work('follow', async (session) => {
      while (session === this.#session && hasUnknownBuckets()) await session.follow();
      if (session === this.#session) caughtUp();
    });
  }

  /** Reads the registry because a message has shown that there is something new in it. */
  readRegistrySoon(): void {
    const { clock, publishIntervalMs } = this.#options;
    this.#hasNews = true;
    // A message may come after the registry was read, and before all is open or done.
    if (!this.#isOpen || this.#busy.has('registry')) return;
    const delayMs = Math.max(0, this.#readAtMs + publishIntervalMs - clock.now());
    this.#schedule('registry', delayMs, () => {
      this.#hasNews = false;
      this.#readAtMs = clock.now();
      void this.#work('registry', (session) => session.readRegistry()).then(() => {
        if (this.#hasNews) this.readRegistrySoon();
      });
    });
  }

  /**
   * Begins a new session because others may have believed what was sent or written in the name of this server. Their rate is
   * bounded; meanwhile totals may be old.
   */
  renew(reason: string): void {
    const { clock, health } = this.#options;
    const session = this.#session;
    if (this.#timers.has('renew')) return;
    this.#renewedAtMs = this.#renewedAtMs.slice(-RENEWALS.count);
    const delayMs = renewalDelayMs(this.#renewedAtMs, clock.now());
    this.#schedule('renew', delayMs, () => {
      if (session !== this.#session) return;
      this.#renewedAtMs.push(clock.now());
      this.#fail(new Error(reason));
    });
    health.doubtful(reason);
  }

  /** Ends the session if this process was stopped. To be called before anything that the session knows is used. */
  checkPause(): void {
    const { clock, health } = this.#options;
    if (clock.now() - this.#ranAtMs < this.#maxPauseMs) return;
    this.#ranAtMs = clock.now();
    health.stale(PAUSED);
    if (this.#session) this.#fail(new Error(PAUSED));
  }

  /** Informs all servers that `server` has left, if there is a link. */
  async announceLeave(server: string): Promise<void> {
    if (this.#isOpen) await this.#session?.announceLeave(server);
  }

  /** Sends a text to all servers, if there is a link. */
  async announce(text: string): Promise<void> {
    if (this.#isOpen) await this.#session?.announce(text);
  }

  /**
   * Runs commands that the session knows nothing of. Their error does not end it.
   *
   * @throws Error if there is no link, or a command fails.
   */
  async run(commands: readonly BusCommand[]): Promise<readonly BusReply[]> {
    if (!this.#isOpen || !this.#link) throw new Error('the other servers are out of reach');
    return createRunCommands(this.#options.clock, this.#link)(commands);
  }

  /** Publishes what is pending, and leaves. */
  async leave(): Promise<void> {
    if (!this.#isOpen) return;
    this.#cancel('flush');
    await this.#session?.flush();
    await this.#session?.announceLeave(this.#options.server);
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers.keys()) this.#cancel(timer);
    this.#drop();
  }

  /** @throws Error after which another attempt is scheduled. */
  async #connect(): Promise<void> {
    const { bus, caughtUp, clock, createSession, hasPending, warning } = this.#options;
    let session: Session | undefined;
    const isCurrent = (): boolean => session !== undefined && session === this.#session;
    const fail = (error: Error): void => {
      if (isCurrent()) this.#fail(error);
    };
    const message = (channel: string, text: string): void => {
      if (isCurrent()) session!.receive(channel, text);
    };
    try {
      const connecting = bus.connect({ message, down: fail, warning });
      const link = await withDeadline(clock, CONNECT_TIMEOUT_MS, 'connecting', connecting, (late) =>
        late.close(),
      );
      if (this.#isClosed) return link.close();
      this.#link = link;
      this.#session = session = createSession(link, fail);
      await session.open();
      if (!isCurrent()) throw new Error('the link was lost while it was being opened');
    } catch (error) {
      if (session === this.#session && !this.#isClosed) this.#fail(error as Error);
      throw error;
    }
    this.#isOpen = true;
    this.#failures = 0;
    this.#membersRead();
    caughtUp();
    this.follow();
    if (hasPending()) this.flushSoon();
    if (this.#hasNews) this.readRegistrySoon();
  }

  /** Runs a task of the open session. Its error ends the session. */
  async #work(task: Task, run: (session: Session) => Promise<void>): Promise<void> {
    const session = this.#session;
    const busy = this.#busy;
    if (!session || !this.#isOpen || busy.has(task)) return;
    busy.add(task);
    try {
      await run(session);
      if (session === this.#session && READING.has(task)) this.#membersRead();
    } catch (error) {
      if (session === this.#session) this.#fail(error as Error);
    } finally {
      busy.delete(task);
    }
  }

  #scheduleHeartbeat(): void {
    const { clock, heartbeatIntervalMs, sweep } = this.#options;
    this.#schedule('heartbeat', heartbeatIntervalMs, () => {
      this.#scheduleHeartbeat();
      this.checkPause();
      this.#ranAtMs = clock.now();
      sweep();
      void this.#work('heartbeat', async (session) => {
        await session.heartbeat();
        if (session === this.#session) this.follow();
      });
    });
  }

  /** The session has read which other servers are there. */
  #membersRead(): void {
    const { hasSuspects, health, isComplete } = this.#options;
    if (hasSuspects()) {
      const check = (): void => void this.#work('suspects', (session) => session.checkSuspects());
      this.#schedule('suspects', SUSPECT_INTERVAL_MS, check);
    }
    if (this.#timers.has('renew')) return;
    if (isComplete()) health.good();
    else health.doubtful(INCOMPLETE);
  }

  #fail(error: Error): void {
    this.#drop();
    this.#options.health.doubtful(error.message);
    const delayMs = retryDelayMs(this.#failures++, this.#options.random());
    this.#schedule('retry', delayMs, () => void this.#connect().catch(() => {}));
  }

  #drop(): void {
    this.#session = undefined;
    this.#isOpen = false;
    this.#hasNews = false;
    this.#busy = new Set();
    this.#link?.close();
    this.#link = undefined;
    for (const timer of ['flush', 'registry', 'suspects', 'renew'] as const) this.#cancel(timer);
  }

  /** At most one timer of each kind. */
  #schedule(timer: Timer, delayMs: number, task: () => void): void {
    if (this.#isClosed || this.#timers.has(timer)) return;
    const run = (): void => {
      this.#timers.delete(timer);
      task();
    };
    this.#timers.set(timer, this.#options.clock.schedule(run, delayMs));
  }

  #cancel(timer: Timer): void {
    this.#timers.get(timer)?.();
    this.#timers.delete(timer);
  }
}
