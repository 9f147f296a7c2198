import type { AdmissionLimits } from '../admission.ts';
import { limitOf } from './keys.ts';
import type { PlacesMessage, WorkerToPrimary } from './messages.ts';

/** A connection that waits for a place, or for its site. */
export interface Waiter {
  granted(): void;
  rejected(limit: keyof AdmissionLimits): void;
}

/** A worker's places of one key: how many it may use, and how many it uses. The other end is the primary's `Pool`. */
export class Places {
  readonly #key: string;
  readonly #default: number;
  readonly #send: (message: WorkerToPrimary) => void;
  #used = 0;
  #allotment: number;
  /** The generation of the primary's pool; `undefined` while it has none. */
  #generation: number | undefined;
  #isTight = false;
  /** Oldest first. */
  readonly #waiting = new Set<Waiter>();
  /** Those who were waiting when the primary was asked; `undefined` if there is no question. */
  #asked: Set<Waiter> | undefined;
  /** The fewest unused places since the last sweep. */
  #idle = 0;

  constructor(key: string, defaultAllotment: number, send: (message: WorkerToPrimary) => void) {
    this.#key = key;
    this.#default = defaultAllotment;
    this.#allotment = defaultAllotment;
    this.#send = send;
  }

  /** Whether nothing has to be remembered. */
  get isDefault(): boolean {
    return this.#used === 0 && this.#generation === undefined && !this.#asked && this.#waiting.size === 0;
  }

  /** Takes a place. If none is left, it asks the primary and returns `false`; `waiter` gets the answer. */
  take(waiter: Waiter): boolean {
    if (this.#used < this.#allotment) {
      this.#use(1);
      return true;
    }
    this.#waiting.add(waiter);
    this.#ask();
    return false;
  }

  /** Frees a place. */
  release(): void {
    this.#use(-1);
    this.#serve();
  }

  /** Stops waiting. A place that is granted all the same stays part of the allotment. */
  cancel(waiter: Waiter): void {
    this.#waiting.delete(waiter);
  }

  receive(message: PlacesMessage): void {
    switch (message[0]) {
      case 'grant':
        this.#generation = message[2];
        this.#allotment += message[3];
        this.#asked = undefined;
        break;
      case 'begin':
        this.#generation = message[2];
        this.#allotment = 0;
        this.#isTight = message[3];
        break;
      case 'recall':
        this.#generation = message[2];
        this.#isTight = true;
        this.#send(['recalled', this.#key, message[2], message[3], this.#takeUnused()]);
        break;
      case 'relax':
        this.#isTight = false;
        break;
      case 'forget':
        this.#generation = undefined;
        this.#isTight = false;
        this.#allotment = this.#default;
        break;
      case 'deny':
        this.#reject();
        break;
    }
    this.#serve();
  }

  /** Gives up what was not used since the last sweep, down to the default allotment. */
  sweep(): void {
    const least = Math.max(this.#used + this.#waiting.size, this.#default);
    const count = Math.min(this.#idle, this.#allotment - least);
    if (this.#generation !== undefined && !this.#isTight && count > 0) {
      this.#allotment -= count;
      this.#send(['return', this.#key, this.#generation, count]);
    }
    this.#idle = this.#allotment - this.#used;
  }

  #use(change: 1 | -1): void {
    this.#used += change;
    this.#idle = Math.min(this.#idle, this.#allotment - this.#used);
  }

  #takeUnused(): number {
    const unused = this.#allotment - this.#used;
    this.#allotment = this.#used;
    this.#idle = 0;
    return unused;
  }

  #ask(): void {
    if (this.#asked || this.#waiting.size === 0) return;
    this.#asked = new Set(this.#waiting);
    this.#send(['ask', this.#key, this.#waiting.size]);
  }

  #serve(): void {
    for (const waiter of this.#waiting) {
      if (this.#used >= this.#allotment) break;
      this.#waiting.delete(waiter);
      this.#use(1);
      waiter.granted();
    }
    this.#ask();
    if (!this.#isTight || this.#generation === undefined || this.#used >= this.#allotment) return;
    this.#send(['return', this.#key, this.#generation, this.#takeUnused()]);
  }

  /** All places were in use when the primary read the question. Those who came later ask again. */
  #reject(): void {
    const asked = this.#asked;
    this.#asked = undefined;
    const rejected = [...this.#waiting].filter((waiter) => asked?.has(waiter));
    for (const waiter of rejected) this.#waiting.delete(waiter);
    for (const waiter of rejected) waiter.rejected(limitOf(this.#key));
  }
}
