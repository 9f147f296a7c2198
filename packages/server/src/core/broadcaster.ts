import { createBroadcastBudget, type BroadcastBudget } from './broadcast-budget.ts';
import type { Clock } from './ports.ts';

export interface BroadcasterOptions {
  clock: Clock;
  maxBroadcastCpu: number;
  /** How many processes of this machine publish the totals of the same sites. @default 1 */
  maxWorkers?: number;
}

/** One update for many connections. */
export interface Broadcast<Recipient> {
  recipients: Iterator<Recipient, unknown>;
  send: (recipient: Recipient) => void;
  /** How many times as many connections get this update from all processes of this machine, at most. */
  parts: () => number;
  /** Called when the last connection was sent it. */
  sent: () => void;
  /** Called when the next update of the site may follow. [C5] */
  done: () => void;
}

/** How long publishing may block the event loop, in ms. */
const SLICE_MS = 10;
/**
 * Workers send the updates of a site no more often than one process could, because the sum is what they cost the machine;
 * but at least this often, in ms, as far as their own shares allow.
 */
const WORKERS_UPDATE_MS = 250;
/** Sends between two reads of the clock, which costs as much as a few sends. */
const SENDS_PER_STEP = 16;

/** Sends updates within the share of the CPU that publishing may take. [C5] */
export class Broadcaster {
  readonly #options: BroadcasterOptions;
  readonly #budget: BroadcastBudget;

  constructor(options: BroadcasterOptions) {
    const { clock, maxBroadcastCpu } = options;
    this.#options = options;
    this.#budget = createBroadcastBudget({ clock, share: maxBroadcastCpu, sliceMs: SLICE_MS });
  }

  broadcast<Recipient>({ recipients, send, parts, sent, done }: Broadcast<Recipient>): void {
    const step = (): boolean => {
      for (let sends = 0; sends < SENDS_PER_STEP; sends++) {
        const next = recipients.next();
        if (next.done) return false;
        send(next.value);
      }
      return true;
    };
    const startedAtMs = this.#options.clock.now();
    this.#budget.add(step, (spentMs) => {
      sent();
      this.#finished(startedAtMs, spentMs, parts, done);
    });
  }

  /** Drops all broadcasts without calling their `done`. */
  close(): void {
    this.#budget.close();
  }

  #finished(startedAtMs: number, spentMs: number, parts: () => number, done: () => void): void {
    const { clock, maxBroadcastCpu, maxWorkers = 1 } = this.#options;
    if (maxWorkers === 1) return done();
    const intervalMs = Math.min(
      WORKERS_UPDATE_MS,
      (spentMs * Math.min(maxWorkers, parts())) / maxBroadcastCpu,
    );
    const leftMs = startedAtMs + intervalMs - clock.now();
    if (leftMs > 0) clock.schedule(done, leftMs);
    else done();
  }
}
