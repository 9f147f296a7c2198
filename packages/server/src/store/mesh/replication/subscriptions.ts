import { BUCKETS } from '../wire/keys.ts';

/** How long a bucket without a site of this server stays subscribed, in ms: members who leave often return. */
const UNUSED_MS = 60_000;

interface Subscription {
  /** The sites on which this server has members. */
  hosted: number;
  isKnown: boolean;
  neededAtMs: number;
}

/**
 * Which buckets this server subscribes to: those in which it has members, or had until a minute ago; all of them with
 * `follow: 'all'`, and while a caller watches all sites. [S2]
 */
export class BucketSubscriptions {
  readonly #followsAll: boolean;
  readonly #now: () => number;
  readonly #buckets = new Map<number, Subscription>();
  #watchers = 0;

  constructor(follow: 'hosted' | 'all', now: () => number) {
    this.#followsAll = follow === 'all';
    this.#now = now;
    if (this.#followsAll) this.#addAll();
  }

  /** Adds all buckets. They are needed until the returned function is called. */
  watchAll(): () => void {
    this.#watchers++;
    this.#addAll();
    let isWatching = true;
    return () => {
      if (!isWatching) return;
      isWatching = false;
      this.#watchers--;
      for (const subscription of this.#buckets.values()) subscription.neededAtMs = this.#now();
    };
  }

  /** Adds a bucket that may be needed soon. */
  add(bucket: number): Subscription {
    let subscription = this.#buckets.get(bucket);
    if (!subscription) {
      subscription = { hosted: 0, isKnown: false, neededAtMs: this.#now() };
      this.#buckets.set(bucket, subscription);
    }
    return subscription;
  }

  /** This server has one more site (`1`) with members in a bucket, or one less (`-1`). */
  host(bucket: number, by: 1 | -1): void {
    const subscription = this.add(bucket);
    subscription.hosted += by;
    subscription.neededAtMs = this.#now();
  }

  wanted(): number[] {
    return [...this.#buckets.keys()];
  }

  /** Whether the state of all other servers for a bucket is known. */
  isKnown(bucket: number): boolean {
    return this.#buckets.get(bucket)?.isKnown ?? false;
  }

  setKnown(bucket: number): void {
    const subscription = this.#buckets.get(bucket);
    if (subscription) subscription.isKnown = true;
  }

  /** Removes the buckets that are not needed any more, and returns them. */
  takeUnused(): number[] {
    if (this.#followsAll || this.#watchers > 0) return [];
    const unused = [...this.#buckets].flatMap(([bucket, { hosted, neededAtMs }]) =>
      hosted > 0 || this.#now() - neededAtMs < UNUSED_MS ? [] : [bucket],
    );
    for (const bucket of unused) this.#buckets.delete(bucket);
    return unused;
  }

  #addAll(): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) this.add(bucket);
  }
}
