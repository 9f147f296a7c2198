import type { Clock } from '../../core/ports.ts';
import { isExit } from './exit-signs.ts';

/** What happens to an idle connection. After `onRefused` or `onClosed` nothing follows. */
export interface ConnectionEvents {
  onOpen(): void;
  onRefused(error: Error): void;
  /** @param spoke whether the backend had sent something, as servers do that time out (408). */
  onClosed(spoke: boolean): void;
}

export interface RestartDetectorOptions {
  clock: Clock;
  /** Opens a connection that sends nothing. Returns a function that closes it; no event follows then. */
  open: (events: ConnectionEvents) => () => void;
  /** Whether the backend has responded to a request. One that has never been up does not restart. */
  wasUp: () => boolean;
  /** The backend accepts no connections any more. The detector rests until `resume()`. */
  onGone: (error: Error) => void;
  /** The process of the backend has ended, and another one accepts connections. */
  onRestart: () => void;
}

interface Idle {
  readonly openedMs: number;
  close: () => void;
}

/** How long the backend is watched after an update, in ms. A build of the backend may take a part of it. */
export const WATCH_MS = 120_000;
/** The delay until the second connection, in ms. Each further one takes twice as long, so that there are few. */
const FIRST_DELAY_MS = 100;
const MAX_CONNECTIONS = 4;
/** The minimum delay between connections to a backend that closes idle ones, in ms. */
const MIN_DELAY_MS = 250;
/** A connection that is older than this share of the idle timeout shows that there is no such timeout. */
const OUTLIVED = 1.5;
/** Connections that close within this time close at the same moment, in ms. */
const TOGETHER_MS = 50;
/** How long a request may wait for its response until idle connections are closed, in ms: a backend may serve one at a time. */
const SLOW_MS = 250;
/** A response that follows so soon after that has waited for it, in ms. */
const UNBLOCKED_MS = 150;
/**
 * How long the first connection after an exit must stay open, in ms. The system still accepts connections for a process that is
 * ending, as a port forwarder does for one that has ended, and closes them soon.
 */
const ACCEPTED_MS = 100;
/** Restarts that follow each other within this time are reported less and less often, in ms. */
const QUICK_MS = 2_000;
const MAX_BACKOFF_MS = 10_000;

/**
 * Finds out whether the backend restarts after an update. It keeps idle connections of different ages open, because a process
 * that ends closes all of them, and opens new ones at growing intervals, because a backend that shuts down gracefully waits
 * for its connections and accepts no others.
 */
export class RestartDetector {
  readonly #options: RestartDetectorOptions;
  readonly #clock: Clock;
  /** The oldest first. */
  #connections: Idle[] = [];
  #closedMs: number[] = [];
  #watchedUntilMs = -Infinity;
  #delayMs = FIRST_DELAY_MS;
  #idleMs = Infinity;
  /** Whether the process has ended, so that the next connection belongs to another one. */
  #hasExited = false;
  #hasOpened = false;
  #isResting = false;
  #restartedMs = -Infinity;
  #backoffMs = 0;
  /** Requests without a response. */
  #waiting = 0;
  /** Whether the backend serves one connection at a time: requests must not wait for idle ones. */
  #blocks = false;
  #suspendedMs: number | undefined;
  #cancelNext: (() => void) | undefined;
  #cancelDecision: (() => void) | undefined;

  constructor(options: RestartDetectorOptions) {
    this.#options = options;
    this.#clock = options.clock;
  }

  /** Watches the backend for `WATCH_MS`. */
  watch(): void {
    this.#watchedUntilMs = this.#clock.now() + WATCH_MS;
    // After an exit, the next connection is already planned, unless the time to watch was over before.
    if (!this.#hasExited || !this.#cancelNext) this.#begin();
  }

  /** Rests while the backend is known to be down. */
  rest(): void {
    this.#isResting = true;
    this.#release();
  }

  /** The backend is up again. It may restart once more. */
  resume(): void {
    this.#isResting = false;
    this.#idleMs = Infinity;
    this.#hasExited = false;
    this.#begin();
  }

  /** Reports a request to the backend. Returns a function that reports the first byte of its response, or its failure. */
  requested(): () => void {
    if (!this.#isWatching()) return () => {};
    this.#waiting++;
    if (this.#blocks) this.#suspend();
    const cancel = this.#clock.schedule(() => this.#suspend(), SLOW_MS);
    let isWaiting = true;
    return () => {
      if (!isWaiting) return;
      isWaiting = false;
      cancel();
      this.#waiting--;
      if (this.#suspendedMs === undefined) return;
      if (this.#clock.now() - this.#suspendedMs < UNBLOCKED_MS) this.#blocks = true;
      if (this.#waiting > 0) return;
      this.#suspendedMs = undefined;
      this.#begin();
    };
  }

  close(): void {
    this.#watchedUntilMs = -Infinity;
    this.#release();
  }

  #isWatching(): boolean {
    return this.#clock.now() < this.#watchedUntilMs;
  }

  #suspend(): void {
    this.#suspendedMs ??= this.#clock.now();
    this.#release();
  }

  #begin(): void {
    this.#delayMs = FIRST_DELAY_MS;
    this.#openNext();
  }

  #release(): void {
    this.#cancelNext?.();
    this.#cancelDecision?.();
    this.#cancelNext = this.#cancelDecision = undefined;
    this.#closedMs = [];
    for (const { close } of this.#connections) close();
    this.#connections = [];
  }

  #openNext(): void {
    this.#cancelNext?.();
    this.#cancelNext = undefined;
    if (!this.#isWatching()) return this.#release();
    if (this.#isResting || this.#suspendedMs !== undefined) return;
    const now = this.#clock.now();
    const [oldest] = this.#connections;
    if (oldest && now - oldest.openedMs > this.#idleMs * OUTLIVED) this.#idleMs = Infinity;
    const idle: Idle = { openedMs: now, close() {} };
    this.#connections.push(idle);
    idle.close = this.#options.open({
      onOpen: () => this.#opened(idle),
      onRefused: (error) => this.#refused(idle, error),
      onClosed: (spoke) => this.#closed(idle, spoke),
    });
    this.#thinOut();
    this.#cancelNext = this.#clock.schedule(
      () => this.#openNext(),
      // With an idle timeout, connections of different ages must be open at each moment.
      Math.min(this.#delayMs, Math.max(this.#idleMs / MAX_CONNECTIONS, MIN_DELAY_MS)),
    );
    this.#delayMs *= 2;
  }

  /** Closes the connection that is nearest to the next older one. */
  #thinOut(): void {
    if (this.#connections.length <= MAX_CONNECTIONS) return;
    const gapAt = (index: number): number =>
      this.#connections[index]!.openedMs - this.#connections[index - 1]!.openedMs;
    let nearest = 1;
    for (let index = 2; index < this.#connections.length - 1; index++) {
      if (gapAt(index) < gapAt(nearest)) nearest = index;
    }
    this.#connections.splice(nearest, 1)[0]!.close();
  }

  #opened(idle: Idle): void {
    this.#hasOpened = true;
    if (!this.#hasExited) return;
    this.#clock.schedule(() => {
      if (!this.#hasExited || !this.#connections.includes(idle)) return;
      this.#hasExited = false;
      this.#options.onRestart();
    }, ACCEPTED_MS);
  }

  #refused(idle: Idle, error: Error): void {
    this.#connections = this.#connections.filter((other) => other !== idle);
    if (!this.#hasOpened && !this.#options.wasUp()) return;
    this.rest();
    this.#options.onGone(error);
  }

  #closed(idle: Idle, spoke: boolean): void {
    this.#connections = this.#connections.filter((other) => other !== idle);
    const ageMs = this.#clock.now() - idle.openedMs;
    if (spoke) this.#idleMs = Math.min(this.#idleMs, ageMs);
    else this.#closedMs.push(ageMs);
    if (this.#connections.length === 0) this.#decide();
    else this.#cancelDecision ??= this.#clock.schedule(() => this.#decide(), TOGETHER_MS);
  }

  #decide(): void {
    this.#cancelDecision?.();
    this.#cancelDecision = undefined;
    const closedMs = this.#closedMs;
    this.#closedMs = [];
    if (closedMs.length === 0) return;
    if (isExit({ closedMs, open: this.#connections.length, idleMs: this.#idleMs })) return this.#exited();
    if (this.#connections.length > 0) this.#idleMs = Math.min(this.#idleMs, ...closedMs);
  }

  #exited(): void {
    this.#release();
    this.#hasExited = true;
    this.#idleMs = Infinity;
    this.#delayMs = FIRST_DELAY_MS;
    const now = this.#clock.now();
    const isQuick = now - this.#restartedMs < QUICK_MS + this.#backoffMs;
    this.#backoffMs = isQuick ? Math.min(Math.max(FIRST_DELAY_MS, this.#backoffMs * 2), MAX_BACKOFF_MS) : 0;
    this.#restartedMs = now;
    if (this.#backoffMs === 0) this.#openNext();
    else this.#cancelNext = this.#clock.schedule(() => this.#openNext(), this.#backoffMs);
  }
}
