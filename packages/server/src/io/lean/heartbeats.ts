import type { Clock } from '../../core/ports.ts';
import type { Heartbeat } from '../transport.ts';
import { TimerWheel, type WheelEntry } from './timer-wheel.ts';

/** What the heartbeats need of a connection. All times are in ticks. */
export interface Beating extends WheelEntry {
  /** When the client was heard of last. */
  heardTick: number;
  /** When the client was asked last. */
  askedTick: number;
  /** Whether the client has not answered yet. */
  isAsked: boolean;
  /** Whether the client beats by itself, and is asked only if it is silent, and now and then. */
  beats: boolean;
  /** Sends a ping. */
  ask(): void;
  /** The client has not answered in time. */
  lost(): void;
}

/** A client that beats by itself is asked every fourth interval, so that it notices that its server has vanished. */
const INTERVALS_BETWEEN_PINGS = 4;
/** A client that beats by itself does so a little more often than it would be asked. */
const BEAT_SHARE = 14 / 15;

/** How often clients are asked, and how often they may beat by themselves, in ms. */
export interface HeartbeatPlan {
  pingIntervalMs: number;
  pingTimeoutMs: number;
  /** `undefined` for a client that only answers. */
  beatIntervalMs: number | undefined;
}

export function planHeartbeats({ intervalMs, timeoutMs }: Heartbeat, beats: boolean): HeartbeatPlan {
  return {
    pingIntervalMs: beats ? INTERVALS_BETWEEN_PINGS * intervalMs : intervalMs,
    pingTimeoutMs: timeoutMs,
    beatIntervalMs: beats ? Math.floor(BEAT_SHARE * intervalMs) : undefined,
  };
}

/**
 * The heartbeats of all connections, by one timer. [C8]
 *
 * A client that has not been heard of for an interval is asked, and lost if it does not answer within the timeout. Hearing
 * of a client only notes the tick: what follows from it is decided when its entry expires.
 */
export class Heartbeats {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #tickMs: number;
  readonly #startedAt: number;
  readonly #intervalTicks: number;
  readonly #timeoutTicks: number;
  readonly #wheel: TimerWheel<Beating>;
  readonly #onTick: () => void;
  #cancelTick: (() => void) | undefined;

  /**
   * @param onTick called after each tick.
   * @param random from 0 up to 1
   */
  constructor(heartbeat: Heartbeat, clock: Clock, onTick: () => void, random: () => number = Math.random) {
    const { intervalMs, timeoutMs } = heartbeat;
    this.#clock = clock;
    this.#random = random;
    this.#onTick = onTick;
    this.#tickMs = Math.max(1, Math.min(100, intervalMs / 10, timeoutMs / 10));
    this.#startedAt = clock.now();
    this.#intervalTicks = Math.max(1, Math.floor(intervalMs / this.#tickMs));
    this.#timeoutTicks = Math.max(1, Math.floor(timeoutMs / this.#tickMs));
    const longest = Math.max(INTERVALS_BETWEEN_PINGS * this.#intervalTicks, this.#timeoutTicks);
    this.#wheel = new TimerWheel<Beating>(longest + 2, (entry) => this.#expire(entry));
  }

  /** Starts with a client that has just connected. */
  add(connection: Beating): void {
    this.#scheduleTick();
    const { tick } = this.#wheel;
    // Connections that were opened together are not asked together: as if they had been heard of a while ago.
    const pastTicks = Math.floor((this.#random() * this.#intervalTicks) / 2);
    connection.heardTick = connection.beats ? tick : tick - pastTicks;
    connection.askedTick = tick - pastTicks;
    this.#wheel.schedule(connection, this.#dueTick(connection));
  }

  /** The client has sent a heartbeat. */
  heard(connection: Beating): void {
    connection.heardTick = this.#wheel.tick;
    if (!connection.isAsked) return;
    connection.isAsked = false;
    // A timeout that is shorter than the interval ends before the client is to be asked again.
    if (this.#timeoutTicks > this.#intervalTicks) this.#wheel.schedule(connection, this.#dueTick(connection));
  }

  remove(connection: Beating): void {
    this.#wheel.remove(connection);
  }

  /** Cancels the timer. */
  close(): void {
    this.#cancelTick?.();
    this.#cancelTick = undefined;
  }

  #expire(connection: Beating): void {
    if (connection.isAsked) return connection.lost();
    const { tick } = this.#wheel;
    const dueTick = this.#dueTick(connection);
    if (dueTick > tick) return this.#wheel.schedule(connection, dueTick);
    connection.isAsked = true;
    connection.askedTick = tick;
    this.#wheel.schedule(connection, tick + this.#timeoutTicks);
    connection.ask();
  }

  /** When a client has to be asked next. */
  #dueTick({ heardTick, askedTick, beats }: Beating): number {
    const silentTick = heardTick + this.#intervalTicks;
    return beats
      ? Math.min(silentTick, askedTick + INTERVALS_BETWEEN_PINGS * this.#intervalTicks)
      : silentTick;
  }

  #scheduleTick(): void {
    if (this.#cancelTick) return;
    this.#wheel.advance(this.#tickNow());
    this.#cancelTick = this.#clock.schedule(() => this.#nextTick(), this.#tickMs);
  }

  #nextTick(): void {
    this.#cancelTick = undefined;
    this.#wheel.advance(this.#tickNow());
    this.#onTick();
    if (this.#wheel.size > 0) this.#scheduleTick();
  }

  #tickNow(): number {
    return Math.floor((this.#clock.now() - this.#startedAt) / this.#tickMs);
  }
}
