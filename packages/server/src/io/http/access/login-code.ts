import { createHash, randomBytes } from 'node:crypto';
import { isSameText, sign } from './session.ts';

/** How long a login code is valid, in ms. */
const LOGIN_CODE_MS = 12 * 3_600_000;

/** When the code ends in ms since 1970, a random part, and the signature of both. */
const CODE = /^(\d{1,16})\.([\w-]{22})\.([\w-]{43})$/;

/**
 * A link to the dashboard that signs in once, within 12 h. Several processes on one port each accept it once.
 *
 * @param url the address of the counter, as `listen()` returns it.
 * @param adminToken the option of the same name.
 * @example
 * ```ts
 * import { createCounterServer, createLoginLink } from '@live-online/server';
 *
 * const adminToken = 'a-long-random-token-of-yours';
 * const counter = createCounterServer({ port: 8081, adminToken });
 * const { url } = await counter.listen();
 * console.log(`dashboard: ${createLoginLink(url, adminToken)}`);
 * ```
 */
export function createLoginLink(url: string, adminToken: string): string {
  const key = createHash('sha256').update(adminToken).digest();
  return new URL(`dashboard/login?token=${createLoginCode(key, Date.now())}`, url).href;
}

function createLoginCode(key: Buffer, now: number): string {
  const signed = `${now + LOGIN_CODE_MS}.${randomBytes(16).toString('base64url')}`;
  return `${signed}.${sign(key, 'login', signed)}`;
}

/** Accepts each login code once. */
export class LoginCodes {
  readonly #key: Buffer;
  /** Codes that were used, with the time when they end. Only valid codes are kept, so that clients cannot fill it. */
  readonly #used = new Map<string, number>();

  constructor(key: Buffer) {
    this.#key = key;
  }

  /** Whether a code is valid. It is not from then on. */
  redeem(code: string, now: number): boolean {
    const [, expiresAt, random, signature] = CODE.exec(code) ?? [];
    if (signature === undefined || now >= Number(expiresAt)) return false;
    if (!isSameText(signature, sign(this.#key, 'login', `${expiresAt}.${random}`))) return false;
    if (this.#used.has(code)) return false;
    for (const [used, endsAt] of this.#used) if (endsAt <= now) this.#used.delete(used);
    this.#used.set(code, Number(expiresAt));
    return true;
  }
}
