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

  /** Takes a token, or several. Returns `false`, and takes none, if the bucket has fewer. */
  take(now: number, tokens = 1): boolean {
    this.#refill(now);
    if (this.#tokens < tokens) return false;
    this.#tokens -= tokens;
    return true;
  }

  /** Takes tokens, also more than the bucket has: it owes the rest, and refills it first. */
  charge(now: number, tokens: number): void {
    this.#refill(now);
    this.#tokens -= tokens;
  }

  /** How many seconds after the last `take` or `charge` the bucket has as many tokens. */
  secondsUntil(tokens: number): number {
    return Math.max(0, tokens - this.#tokens) / this.#perSecond;
  }

  #refill(now: number): void {
    const refilled = this.#tokens + ((now - this.#refilledAt) / 1_000) * this.#perSecond;
    this.#refilledAt = now;
    this.#tokens = Math.min(this.#burst, refilled);
  }
}
