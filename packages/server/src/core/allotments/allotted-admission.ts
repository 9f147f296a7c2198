import type { Admission, AdmissionLimits, Admitted, LimitReached } from '../admission.ts';
import type { Clock } from '../ports.ts';
import { ALL, addressKey, defaultAllotment, limitOf, siteKey, type AllotmentLimits } from './keys.ts';
import type { PrimaryToWorker, WorkerToPrimary } from './messages.ts';
import { OpenSites, type SiteWaiter } from './open-sites.ts';
import { Places } from './places.ts';

export interface AllottedAdmissionOptions extends AllotmentLimits {
  clock: Clock;
  send: (message: WorkerToPrimary) => void;
}

/** How long the primary may take to decide before the connection is rejected, in ms. */
const TIMEOUT_MS = 2_000;
/** How long unused places are retained, in ms. */
const UNUSED_PLACES_MS = 5_000;

/** What a connection needs. `take` returns `false` if it has to wait. */
interface Step {
  take(waiter: SiteWaiter): boolean;
  cancel(waiter: SiteWaiter): void;
  release(): void;
}

/**
 * A worker's side of admission: it decides by itself as long as its allotments last, and asks the primary for more.
 * `Allotments` is the primary's side. [C11, S8]
 */
export class AllottedAdmission implements Admission {
  readonly #options: AllottedAdmissionOptions;
  readonly #places = new Map<string, Places>();
  readonly #sites: OpenSites;
  /** Those that wait for the primary, oldest first, and since when. */
  readonly #waiting = new Map<Request, number>();
  #isExpiryScheduled = false;
  #isSweepScheduled = false;

  constructor(options: AllottedAdmissionOptions) {
    this.#options = options;
    this.#sites = new OpenSites(options.send);
  }

  admit(site: string | undefined, address: string | undefined, isListed = false): Admitted {
    const request = new Request(this.#steps(site, address, isListed), address, (ended) =>
      this.#waiting.delete(ended),
    );
    if (request.advance()) return { ok: true, release: () => request.release() };
    this.#waiting.set(request, this.#options.clock.now());
    this.#scheduleExpiry(TIMEOUT_MS);
    return { ok: true, release: () => request.release(), decision: request.decision() };
  }

  /** Receives a message of the primary. */
  receive(message: PrimaryToWorker): void {
    if (message[0] === 'opened') return this.#sites.opened(message[1]);
    if (message[0] === 'rejected') return this.#sites.rejected(message[1], message[2]);
    this.#placesOf(message[1]).receive(message);
    this.#forgetIfDefault(message[1]);
    this.#scheduleSweep();
  }

  /** The order of the steps is that of the limits in `createAdmission`. */
  #steps(site: string | undefined, address: string | undefined, isListed: boolean): Step[] {
    const { maxSites, maxSitesPerAddress } = this.#options.limits;
    const steps = this.#placeStep(ALL);
    if (address !== undefined) steps.push(...this.#placeStep(addressKey(address)));
    if (site === undefined) return steps;
    if (maxSites < Infinity || maxSitesPerAddress < Infinity) {
      steps.push({
        take: (waiter) => this.#sites.take(site, isListed, waiter),
        cancel: (waiter) => this.#sites.cancel(site, waiter),
        release: () => this.#sites.release(site),
      });
    }
    steps.push(...this.#placeStep(siteKey(site)));
    return steps;
  }

  #placeStep(key: string): Step[] {
    if (this.#options.limits[limitOf(key)] === Infinity) return [];
    return [
      {
        take: (waiter) => this.#placesOf(key).take(waiter),
        cancel: (waiter) => {
          this.#placesOf(key).cancel(waiter);
          this.#forgetIfDefault(key);
        },
        release: () => {
          this.#placesOf(key).release();
          this.#forgetIfDefault(key);
        },
      },
    ];
  }

  #placesOf(key: string): Places {
    let places = this.#places.get(key);
    if (!places) {
      places = new Places(key, defaultAllotment(this.#options, key), this.#options.send);
      this.#places.set(key, places);
    }
    return places;
  }

  #forgetIfDefault(key: string): void {
    if (this.#places.get(key)?.isDefault) this.#places.delete(key);
  }

  #scheduleExpiry(delayMs: number): void {
    if (this.#isExpiryScheduled) return;
    this.#isExpiryScheduled = true;
    this.#options.clock.schedule(() => this.#expire(), delayMs);
  }

  #expire(): void {
    this.#isExpiryScheduled = false;
    for (const [request, since] of this.#waiting) {
      const leftMs = since + TIMEOUT_MS - this.#options.clock.now();
      if (leftMs > 0) return this.#scheduleExpiry(leftMs);
      request.expire();
    }
  }

  /** Only pools have places to give up, and there is a message for each of them. */
  #scheduleSweep(): void {
    if (this.#isSweepScheduled || this.#places.size === 0) return;
    this.#isSweepScheduled = true;
    this.#options.clock.schedule(() => {
      this.#isSweepScheduled = false;
      for (const places of this.#places.values()) places.sweep();
      this.#scheduleSweep();
    }, UNUSED_PLACES_MS);
  }
}

/** A connection: takes its steps one after the other, and frees what it has taken when it ends or is rejected. */
class Request implements SiteWaiter {
  readonly opener: string | undefined;
  readonly #steps: readonly Step[];
  readonly #ended: (request: Request) => void;
  #taken = 0;
  #isEnded = false;
  #resolve: (decision: { ok: true } | LimitReached) => void = () => {};

  constructor(steps: readonly Step[], opener: string | undefined, ended: (request: Request) => void) {
    this.#steps = steps;
    this.opener = opener;
    this.#ended = ended;
  }

  decision(): Promise<{ ok: true } | LimitReached> {
    return new Promise((resolve) => (this.#resolve = resolve));
  }

  /** Returns `false` if it has to wait. */
  advance(): boolean {
    for (; this.#taken < this.#steps.length; this.#taken++) {
      if (!this.#steps[this.#taken]!.take(this)) return false;
    }
    return true;
  }

  granted(): void {
    this.#taken++;
    if (!this.advance()) return;
    this.#ended(this);
    this.#resolve({ ok: true });
  }

  rejected(limit: keyof AdmissionLimits): void {
    this.#end({ ok: false, limit });
  }

  /** The primary has not answered in time. */
  expire(): void {
    this.#stopWaiting();
    this.#end({ ok: false, limit: undefined });
  }

  /** The connection has ended, perhaps while it waits. May be called twice. */
  release(): void {
    if (this.#isEnded) return;
    this.#stopWaiting();
    this.#end({ ok: true });
  }

  #stopWaiting(): void {
    this.#steps[this.#taken]?.cancel(this);
  }

  #end(decision: { ok: true } | LimitReached): void {
    this.#isEnded = true;
    this.#ended(this);
    while (this.#taken > 0) this.#steps[--this.#taken]!.release();
    this.#resolve(decision);
  }
}
