import { REDIS } from './schedule.mjs';

/**
 * Where the clients were at each moment, and what follows from it for the totals that they may show.
 *
 * A bucket has, for 50 ms, the fewest clients that were surely connected to each server, and the most that any server could
 * count. A server may still count a client that has left until it has read that, so departures are kept as well.
 */

const BUCKET_MS = 50;
/** How long buckets are kept: longer than any fault and its recovery. */
const KEPT_MS = 120_000;

/**
 * @typedef {object} Bucket
 * @property {number} fairMs When it began, on the clock that stops while a process waits for a CPU.
 * @property {Map<string, number>} fewest By the name of the server.
 * @property {number} most
 * @property {number} departures
 */

export class Timeline {
  #fairMs;
  /** @type {Bucket[]} */
  #buckets = [];
  /** @type {Map<string, number>} */
  #at;
  #most = 0;

  /**
   * @param {readonly string[]} names Of the servers.
   * @param {() => number} fairMs The clock.
   */
  constructor(names, fairMs) {
    this.#fairMs = fairMs;
    this.#at = new Map(names.map((name) => [name, 0]));
    this.#open();
  }

  /** A client has the total of a server (1), or has no connection to it any more (-1). */
  connected(name, by) {
    const bucket = this.#open();
    const count = this.#at.get(name) + by;
    this.#at.set(name, count);
    bucket.fewest.set(name, Math.min(bucket.fewest.get(name), count));
  }

  /** A client may be counted from now on (1), or no server counts it any more (-1). */
  present(by) {
    const bucket = this.#open();
    this.#most += by;
    bucket.most = Math.max(bucket.most, this.#most);
  }

  departed() {
    this.#open().departures++;
  }

  countAt(name) {
    return this.#at.get(name);
  }

  /**
   * The lowest and the highest total that a client of a server may show now.
   *
   * @param {string} name
   * @param {{ lagMs: number, fault?: { sinceMs: number, targets: readonly string[] } }} conditions `sinceMs`: on the fair
   *   clock. `lagMs`: how long a server may take to publish. While there is a fault, each server knows its own clients for
   *   certain, and those of other servers that are no targets; Redis as a target separates all of them. It may still count
   *   all that have left since the fault began.
   * @returns {{ low: number, high: number }}
   */
  range(name, { lagMs, fault }) {
    this.#open();
    const lagFrom = this.#fairMs() - lagMs;
    const from = fault === undefined ? lagFrom : Math.min(lagFrom, fault.sinceMs - lagMs);
    const buckets = this.#since(from);
    const isSeparated = (other) =>
      fault !== undefined &&
      other !== name &&
      (fault.targets.includes(other) || fault.targets.includes(name) || fault.targets.includes(REDIS));
    let low = 0;
    for (const other of this.#at.keys()) {
      if (isSeparated(other)) continue;
      low += Math.min(...buckets.map(({ fewest }) => fewest.get(other)));
    }
    const most = Math.max(...buckets.map((bucket) => bucket.most));
    const departures = buckets.reduce((sum, bucket) => sum + bucket.departures, 0);
    return { low: Math.max(1, low), high: most + departures };
  }

  /** The buckets that end after a time, at least the newest one. */
  #since(fairMs) {
    let first = this.#buckets.length - 1;
    while (first > 0 && this.#buckets[first].fairMs > fairMs) first--;
    return this.#buckets.slice(first);
  }

  /** The bucket of this moment. */
  #open() {
    const now = this.#fairMs();
    const last = this.#buckets.at(-1);
    if (last !== undefined && now - last.fairMs < BUCKET_MS) return last;
    const steady = (fairMs) => ({ fairMs, fewest: new Map(this.#at), most: this.#most, departures: 0 });
    // Between two buckets with changes there is one without any.
    if (last !== undefined) this.#buckets.push(steady(last.fairMs + BUCKET_MS));
    const bucket = steady(now);
    this.#buckets.push(bucket);
    if (this.#buckets.length > (8 * KEPT_MS) / BUCKET_MS) this.#buckets = this.#since(now - KEPT_MS);
    return bucket;
  }
}
