import { TokenBucket } from '@live-online/internal/token-bucket';

export interface RateLimit {
  /** How many requests at once. */
  burst: number;
  /** How many requests on average. */
  perSecond: number;
}

/** The maximum of keys. Past it, the key that was used least recently begins anew. */
const MAX_KEYS = 10_000;

/** A token bucket for each key, such as an address. */
export class RateLimits {
  readonly #limit: RateLimit;
  readonly #now: () => number;
  /** The key that was used least recently comes first. */
  readonly #buckets = new Map<string, TokenBucket>();

  /** @param now in ms, of a monotonic clock. */
  constructor(limit: RateLimit, now: () => number) {
    this.#limit = limit;
    this.#now = now;
  }

  /**
   * Takes a token from the bucket of `key`.
   *
   * @returns 0, or after how many seconds the bucket has one.
   */
  take(key: string): number {
    const bucket = this.#bucketOf(key);
    return bucket.take(this.#now()) ? 0 : Math.ceil(bucket.secondsUntil(1));
  }

  /** Takes tokens from the bucket of `key`, also more than it has: later requests wait for them. */
  charge(key: string, tokens: number): void {
    this.#bucketOf(key).charge(this.#now(), tokens);
  }

  /** After how many seconds the bucket of `key` has a token. Takes none. */
  secondsUntil(key: string): number {
    const bucket = this.#bucketOf(key);
    bucket.take(this.#now(), 0);
    return Math.ceil(bucket.secondsUntil(1));
  }

  #bucketOf(key: string): TokenBucket {
    const { burst, perSecond } = this.#limit;
    const now = this.#now();
    const bucket = this.#buckets.get(key) ?? new TokenBucket(burst, perSecond, now);
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > MAX_KEYS) this.#buckets.delete(this.#buckets.keys().next().value!);
    return bucket;
  }
}
