import { TokenBucket } from '@live-online/internal/token-bucket';
import { RateLimits, type RateLimit } from '../http/access/rate-limits.ts';

/** How many handshakes at once, and how many per second on average. `Infinity` is no limit. */
export interface HandshakeRateOptions {
  perAddress: RateLimit;
  /** Of this process. */
  inAll: RateLimit;
  /** Whether handshakes from this machine itself count against the limit per address. */
  countLoopback: boolean;
}

/** The name of a limit that is reached. */
export type HandshakeRateLimit = 'handshakesPerSecondPerAddress' | 'handshakesPerSecond';

/** The token buckets of handshakes. Their memory is bounded: see `RateLimits`. [C11] */
export class HandshakeRates {
  readonly #now: () => number;
  readonly #perAddress: RateLimits | undefined;
  readonly #inAll: TokenBucket | undefined;

  /** @param now in ms, of a monotonic clock. */
  constructor({ perAddress, inAll }: Omit<HandshakeRateOptions, 'countLoopback'>, now: () => number) {
    this.#now = now;
    if (isFinite(perAddress)) this.#perAddress = new RateLimits(perAddress, now);
    if (isFinite(inAll)) this.#inAll = new TokenBucket(inAll.burst, inAll.perSecond, now());
  }

  /**
   * Takes a token for a handshake.
   *
   * @param address `undefined` for one without a limit per address.
   * @returns the limit that is reached; `undefined` if the handshake may go on.
   */
  take(address: string | undefined): HandshakeRateLimit | undefined {
    // The address first, so that a flood from one address takes no tokens from all others.
    if (address !== undefined && this.#perAddress && this.#perAddress.take(address) > 0) {
      return 'handshakesPerSecondPerAddress';
    }
    return this.#inAll?.take(this.#now()) === false ? 'handshakesPerSecond' : undefined;
  }
}

function isFinite({ burst, perSecond }: RateLimit): boolean {
  return burst !== Infinity && perSecond !== Infinity;
}
