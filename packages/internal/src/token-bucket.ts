/** Allows `burst` events at once, and `perSecond` events on average. */
export class TokenBucket {
  readonly #burst: number;
  readonly #perSecond: number;
  #tokens: number;
  #refilledAt: number;

  /** @param now milliseconds of a monotonic clock */
  constructor(burst: number, perSecond: number, now: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#tokens = burst;
    this.#refilledAt = now;
  }

  /** Takes a token. Returns `false` if the bucket is empty. */
  take(now: number): boolean {
    const refilled = this.#tokens + ((now - this.#refilledAt) / 1_000) * this.#perSecond;
    this.#refilledAt = now;
    this.#tokens = Math.min(this.#burst, refilled);
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
