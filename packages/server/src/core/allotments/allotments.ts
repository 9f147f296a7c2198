import type { Clock } from '../ports.ts';
import { defaultAllotment, limitOf, type AllotmentLimits } from './keys.ts';
import type { PrimaryToWorker, WorkerToPrimary } from './messages.ts';
import { Pool } from './pool.ts';
import { SiteRegister } from './site-register.ts';

/** One running worker. */
type Send = (message: PrimaryToWorker) => void;

/** How long a worker may take to answer a recall before its unused places count as used, in ms. */
const RECALL_TIMEOUT_MS = 500;

/**
 * The primary's side of admission: it allots places to its workers, so that limits hold over all of them together.
 * `AllottedAdmission` is a worker's side. [C11, S8]
 *
 * Each worker has a default allotment of every key without asking; the sum of those is at most the limit. When a worker
 * needs more, the key gets a pool, which exists until every worker is within its default allotment again.
 */
export class Allotments {
  readonly options: AllotmentLimits;
  readonly #clock: Clock;
  readonly #workers = new Set<Send>();
  readonly #pools = new Map<string, Pool<Send>>();
  readonly #sites: SiteRegister<Send>;
  #generation = 0;

  constructor(options: AllotmentLimits, clock: Clock) {
    this.options = options;
    this.#clock = clock;
    this.#sites = new SiteRegister(options.limits);
  }

  /**
   * A worker has started. `send` also stands for it in the other methods.
   *
   * @returns receives its messages, and `leave` frees all of its places.
   */
  join(send: Send): { receive: (message: WorkerToPrimary) => void; leave: () => void } {
    this.#workers.add(send);
    for (const pool of this.#pools.values()) pool.join(send);
    return { receive: (message) => this.#receive(send, message), leave: () => this.#leave(send) };
  }

  /** The keys with a pool, and the open sites. They are 0 when no worker has connections. */
  get size(): number {
    return this.#pools.size + this.#sites.size;
  }

  #receive(worker: Send, message: WorkerToPrimary): void {
    if (!this.#workers.has(worker)) return;
    switch (message[0]) {
      case 'ask':
        return this.#poolOf(message[1]).ask(worker, message[2]);
      case 'return':
        return this.#pools.get(message[1])?.return(worker, message[2], message[3]);
      case 'recalled':
        return this.#pools.get(message[1])?.recalled(worker, message[2], message[3], message[4]);
      case 'open':
        return this.#open(worker, message[1], message[2], message[3]);
      case 'close':
        return this.#sites.close(worker, message[1]);
    }
  }

  #leave(worker: Send): void {
    this.#workers.delete(worker);
    this.#sites.leave(worker);
    for (const pool of this.#pools.values()) pool.leave(worker);
  }

  #open(worker: Send, site: string, opener: string | undefined, isListed: boolean): void {
    const limit = this.#sites.open(worker, site, opener, isListed);
    if (!isListed) worker(limit === undefined ? ['opened', site] : ['rejected', site, limit]);
  }

  #poolOf(key: string): Pool<Send> {
    const { limits, maxWorkers } = this.options;
    let pool = this.#pools.get(key);
    if (!pool) {
      pool = new Pool<Send>({
        key,
        generation: ++this.#generation,
        limit: limits[limitOf(key)],
        defaultAllotment: defaultAllotment(this.options, key),
        maxWorkers,
        workers: this.#workers,
        send: (worker, message) => worker(message),
        scheduleTimeout: (task) => this.#clock.schedule(task, RECALL_TIMEOUT_MS),
        unneeded: () => this.#end(key),
      });
      this.#pools.set(key, pool);
    }
    return pool;
  }

  #end(key: string): void {
    this.#pools.get(key)?.close();
    this.#pools.delete(key);
  }
}
