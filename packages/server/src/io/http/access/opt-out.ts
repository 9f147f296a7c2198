import { createHash } from 'node:crypto';
import { isSameText, sign } from './session.ts';

/** How long an opt-out link is valid, in ms. */
export const OPT_OUT_LINK_MS: number = 24 * 3_600_000;

/** When the link ends in ms since 1970, and the signature of that and of the site. */
const TOKEN = /^(\d{1,16})\.([\w-]{43})$/;

/** The token of a link that leaves browsers out of the count of `site`. Without the key no one can make one. */
export function createOptOutToken(key: Buffer, site: string, expiresAt: number): string {
  return `${expiresAt}.${sign(key, 'opt-out', `${expiresAt} ${site}`)}`;
}

export function isOptOutTokenValid(key: Buffer, site: string, token: string, now: number): boolean {
  const [, expiresAt, signature] = TOKEN.exec(token) ?? [];
  if (signature === undefined || now >= Number(expiresAt)) return false;
  return isSameText(signature, sign(key, 'opt-out', `${expiresAt} ${site}`));
}

/** The name of the cookie of a browser that is left out on `site`. Sites of one domain may share their cookies. */
export function optOutCookieName(site: string): string {
  return `${OPT_OUT_COOKIE}${createHash('sha256').update(site).digest('hex').slice(0, 16)}`;
}

/** What the names of these cookies begin with. */
export const OPT_OUT_COOKIE = 'live_online_opt_out_';

/** The value of the cookie. The browser forgets it when it closes. */
export function optOutCookieValue(key: Buffer, site: string): string {
  return sign(key, 'opted-out', site);
}
