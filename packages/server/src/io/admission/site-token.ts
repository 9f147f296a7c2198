import { createHmac } from 'node:crypto';
import { isSameSecret } from '@live-online/internal/same-secret';
import type { RejectionCode } from '@live-online/protocol';
import type { ListedSite } from '../../core/site-list.ts';
import { parseHostname } from '../../core/site.ts';
import { callInvalid } from '../../errors.ts';

export interface SiteTokenOptions {
  /** The site as it is counted: a hostname, not an alias and not a wildcard. */
  site: string;
  /** The site's `tokenSecret`, 16 to 256 characters. */
  secret: string;
  /** How long the token is valid, in ms. The server rounds up to seconds. @default 3600000, an hour */
  expiresInMs?: number;
}

const HOUR_MS = 3_600_000;
/** How much longer a token is accepted, because the clocks of two machines differ. */
const CLOCK_SKEW_MS = 60_000;

/** The time of its end in seconds since 1970, and the signature of that and of the site. [P25] */
const TOKEN = /^e1\.(\d{1,12})\.[\da-f]{64}$/;

/**
 * Creates a token with which pages are counted on `site` until it expires. Connections stay open when it expires.
 *
 * @throws CounterServerError `call-invalid`
 * @example
 * ```ts
 * import { createSiteToken } from '@live-online/server';
 *
 * const secret = 'a-long-random-secret-of-yours';
 * const token = createSiteToken({ site: 'example.org', secret, expiresInMs: 600_000 });
 * console.log(`<script async src="https://count.example.org/" data-token="${token}"></script>`);
 * ```
 */
export function createSiteToken({ site, secret, expiresInMs = HOUR_MS }: SiteTokenOptions): string {
  const hostname = typeof site === 'string' && !site.includes('*') ? parseHostname(site) : undefined;
  if (hostname === undefined) throw callInvalid('createSiteToken(): site must be a hostname');
  if (typeof secret !== 'string' || secret.length < 16 || secret.length > 256) {
    throw callInvalid('createSiteToken(): secret must have 16 to 256 characters');
  }
  if (!(expiresInMs > 0 && expiresInMs < 1e14)) {
    throw callInvalid('createSiteToken(): expiresInMs must be a number of milliseconds above 0');
  }
  return signToken(hostname, secret, String(Math.ceil((Date.now() + expiresInMs) / 1_000)));
}

function signToken(site: string, secret: string, expires: string): string {
  const signature = createHmac('sha256', secret).update(`e1.${expires}.${site}`).digest('hex');
  return `e1.${expires}.${signature}`;
}

/** Whether a site is counted only for clients with a token. */
export function requiresToken({ token, tokenSecret }: ListedSite): boolean {
  return token !== undefined || tokenSecret !== undefined;
}

/**
 * Checks the token that a client sends.
 *
 * @param timeOfDay in ms since the epoch.
 * @returns why the client is rejected.
 */
export function checkSiteToken(
  { site, token, tokenSecret }: ListedSite,
  sent: string,
  timeOfDay: number,
): Extract<RejectionCode, `token-${string}`> | undefined {
  if (token === undefined && tokenSecret === undefined) return undefined;
  if (token !== undefined && isSameSecret(sent, token)) return undefined;
  const expires = tokenSecret === undefined ? undefined : TOKEN.exec(sent)?.[1];
  if (expires === undefined || !isSameSecret(sent, signToken(site, tokenSecret!, expires))) {
    return 'token-wrong';
  }
  return timeOfDay <= Number(expires) * 1_000 + CLOCK_SKEW_MS ? undefined : 'token-expired';
}
