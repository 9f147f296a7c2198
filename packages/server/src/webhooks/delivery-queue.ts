import type { Clock } from '../core/ports.ts';
import type { PostResult } from './post-webhook.ts';
import { GIVE_UP_MS, retryDelayMs } from './retry-schedule.ts';
import type { WebhookEvent } from './webhook-event.ts';

/** One event on its way to one webhook. */
export interface Delivery {
  readonly id: string;
  readonly event: WebhookEvent;
  status: 'waiting' | 'delivered' | 'failed';
  attempts: number;
  /** Why the last attempt failed. */
  lastError: string | undefined;
}

export interface DeliveryQueueOptions {
  clock: Clock;
  /** The time of day, in ms since 1970. */
  timeOfDay: () => number;
  /** From 0 up to 1. */
  random: () => number;
  post: (delivery: Delivery) => Promise<PostResult>;
  /** A delivery has been delivered or has failed for good. */
  onSettled: (delivery: Delivery) => void;
}

/** How many deliveries wait at most for one webhook. */
export const MAX_WAITING = 1_000;
/** How many attempts are made at the same time. */
const MAX_CONCURRENT = 4;
/** How many settled deliveries are kept for the operator. */
const MAX_SETTLED = 100;

/**
 * The deliveries of one webhook. [H3] Each is tried until it succeeds or an hour has passed since its event; a delivery that fails
 * does not hold up the others.
 */
export class DeliveryQueue {
  readonly #options: DeliveryQueueOptions;
  /** Those that wait, the oldest first, and when each is due. `Infinity`: it is being sent. */
  readonly #waiting = new Map<Delivery, number>();
  readonly #settled: Delivery[] = [];
  #sending = 0;
  #isClosed = false;
  #cancelTimer = (): void => {};

  constructor(options: DeliveryQueueOptions) {
    this.#options = options;
  }

  /** How many deliveries wait or are being sent. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Sends an event. If too many wait, the oldest one fails. */
  add(id: string, event: WebhookEvent): void {
    if (this.#isClosed) return;
    if (this.#waiting.size >= MAX_WAITING) {
      const [oldest] = this.#waiting.keys();
      if (oldest) {
        oldest.lastError = `more than ${MAX_WAITING} deliveries wait`;
        this.#settle(oldest, 'failed');
      }
    }
    const delivery: Delivery = { id, event, status: 'waiting', attempts: 0, lastError: undefined };
    this.#waiting.set(delivery, this.#options.clock.now());
    this.#sendDue();
  }

  /** The deliveries, the newest first: those that wait, and the last ones that do not. */
  deliveries(): Delivery[] {
    return [...this.#settled, ...this.#waiting.keys()].reverse();
  }

  /** Sends nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#cancelTimer();
    this.#waiting.clear();
  }

  #sendDue(): void {
    this.#cancelTimer();
    const { clock } = this.#options;
    const now = clock.now();
    let nextMs = Infinity;
    for (const [delivery, dueMs] of this.#waiting) {
      if (this.#sending >= MAX_CONCURRENT) return;
      // Timers may fire a fraction of a millisecond early.
      if (dueMs <= now + 1) void this.#send(delivery);
      else nextMs = Math.min(nextMs, dueMs);
    }
    if (nextMs < Infinity) this.#cancelTimer = clock.schedule(() => this.#sendDue(), nextMs - now);
  }

  async #send(delivery: Delivery): Promise<void> {
    this.#sending++;
    this.#waiting.set(delivery, Infinity);
    delivery.attempts++;
    const result = await this.#options.post(delivery);
    this.#sending--;
    if (this.#isClosed) return;
    // It may have failed meanwhile, because too many wait.
    if (this.#waiting.has(delivery)) this.#finishAttempt(delivery, result);
    this.#sendDue();
  }

  #finishAttempt(delivery: Delivery, { isDelivered, error, isFinal, retryAfterMs }: PostResult): void {
    const { clock, random, timeOfDay } = this.#options;
    delivery.lastError = error;
    if (isDelivered) return this.#settle(delivery, 'delivered');
    const delayMs = retryDelayMs(delivery.attempts, random(), retryAfterMs);
    const ageMs = timeOfDay() - delivery.event.at;
    if (isFinal || ageMs + delayMs > GIVE_UP_MS) return this.#settle(delivery, 'failed');
    this.#waiting.set(delivery, clock.now() + delayMs);
  }

  #settle(delivery: Delivery, status: 'delivered' | 'failed'): void {
    this.#waiting.delete(delivery);
    delivery.status = status;
    this.#settled.push(delivery);
    if (this.#settled.length > MAX_SETTLED) this.#settled.shift();
    this.#options.onSettled(delivery);
  }
}
