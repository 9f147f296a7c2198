import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { SiteList } from '../../../core/site-list.ts';
import { readCookies } from './cookies.ts';
import { LoginCodes } from './login-code.ts';
import {
  createOptOutToken,
  isOptOutTokenValid,
  OPT_OUT_COOKIE,
  OPT_OUT_LINK_MS,
  optOutCookieName,
  optOutCookieValue,
} from './opt-out.ts';
import { createSessionValue, isSameText, isSessionValid, sign } from './session.ts';

/** The name of the session cookie. */
export const COOKIE_NAME = 'live_online_session';

export interface AccessOptions {
  /** The token of the admin. Only its SHA-256 is kept. @default no request is an admin's */
  adminToken: string | undefined;
  /** The sites that any request may read. */
  publicSites: SiteList;
  /** Whether any site is public. */
  hasPublicSites: boolean;
  /** In ms since 1970. */
  timeOfDay: () => number;
}

/** Decides who may read the numbers of a site, and who is the admin. Tokens are compared in constant time. */
export class Access {
  /** Whether any request could be allowed to read something. */
  readonly isEnabled: boolean;
  /** Whether there is an admin token. */
  readonly hasAdmin: boolean;
  readonly #options: Omit<AccessOptions, 'adminToken'>;
  /** The SHA-256 of the admin's token. Without a token it is random, so that no text matches it. */
  readonly #key: Buffer;
  readonly #loginCodes: LoginCodes;

  constructor({ adminToken, ...options }: AccessOptions) {
    this.#options = options;
    this.#key = adminToken === undefined ? randomBytes(32) : sha256(adminToken);
    this.hasAdmin = adminToken !== undefined;
    this.isEnabled = this.hasAdmin || options.hasPublicSites;
    this.#loginCodes = new LoginCodes(this.#key);
  }

  /**
   * Whether a request is the admin's: by its bearer token, or by its session cookie. A request that changes something is
   * accepted by its cookie only if a page of this server sends it (CSRF).
   */
  isAdmin(request: IncomingMessage): boolean {
    const token = bearerToken(request);
    if (token !== undefined) return this.isAdminToken(token);
    const now = this.#options.timeOfDay();
    const sessions = readCookies(request, COOKIE_NAME);
    if (!sessions.some((session) => isSessionValid(this.#key, session, now))) return false;
    return request.method === 'GET' || request.method === 'HEAD' || isSameOrigin(request);
  }

  isAdminToken(token: string): boolean {
    return timingSafeEqual(sha256(token), this.#key);
  }

  /** Whether a code of a login link is valid. This process accepts it once. */
  redeemLoginCode(code: string): boolean {
    return this.#loginCodes.redeem(code, this.#options.timeOfDay());
  }

  isPublic(site: string): boolean {
    return this.#options.publicSites.find(site) !== undefined;
  }

  /** Whether a request may read the numbers of `site`: it is public, or the token is the site's, or the admin's. */
  mayRead(request: IncomingMessage, site: string): boolean {
    if (this.isPublic(site)) return true;
    const token = bearerToken(request);
    return (token !== undefined && isSameText(token, this.siteToken(site))) || this.isAdmin(request);
  }

  /** The token that may read `site` alone. It changes with the admin's token. */
  siteToken(site: string): string {
    return sign(this.#key, 'site', site);
  }

  /** The token of a link that leaves browsers out of the count of `site`, for 24 h, and when it ends in ms since 1970. */
  createOptOut(site: string): { token: string; expiresAt: number } {
    const expiresAt = this.#options.timeOfDay() + OPT_OUT_LINK_MS;
    return { token: createOptOutToken(this.#key, site, expiresAt), expiresAt };
  }

  /** The cookie for a browser that has opened an opt-out link. `undefined` if the token is not valid for `site`. */
  redeemOptOut(site: string, token: string): string | undefined {
    if (!isOptOutTokenValid(this.#key, site, token, this.#options.timeOfDay())) return undefined;
    return `${optOutCookieName(site)}=${optOutCookieValue(this.#key, site)}`;
  }

  /** Whether the browser of a request has opened an opt-out link of `site`. */
  isOptedOut(request: IncomingMessage, site: string): boolean {
    // Nearly all requests are without it.
    if (!request.headers.cookie?.includes(OPT_OUT_COOKIE)) return false;
    const expected = optOutCookieValue(this.#key, site);
    return readCookies(request, optOutCookieName(site)).some((value) => isSameText(value, expected));
  }

  /** The value of a session cookie for 12 h. It is valid at every server with the same token. */
  createSession(): string {
    return createSessionValue(this.#key, this.#options.timeOfDay());
  }
}

/** The token of the header `Authorization: Bearer TOKEN` (RFC 6750). */
export function bearerToken({ headers }: IncomingMessage): string | undefined {
  return /^bearer +([\w.~+/-]+=*) *$/i.exec(headers.authorization ?? '')?.[1];
}

/** Whether a request has a session cookie, valid or not. */
export function hasSessionCookie(request: IncomingMessage): boolean {
  return readCookies(request, COOKIE_NAME).length > 0;
}

/** Whether a browser says that a page of this server's own origin has sent a request. */
export function isSameOrigin({ headers }: IncomingMessage): boolean {
  const fetchSite = headers['sec-fetch-site'];
  if (fetchSite !== undefined) return fetchSite === 'same-origin';
  // Browsers send no Sec-Fetch-Site over plain HTTP.
  return (
    headers.host !== undefined && /^https?:\/\/([^/]+)$/.exec(headers.origin ?? '')?.[1] === headers.host
  );
}

/** Whether a browser says that a page of another origin has sent a request, or a link in it. */
export function isOtherOrigin({ headers }: IncomingMessage): boolean {
  return /^(?:cross|same)-site$/.test(headers['sec-fetch-site'] ?? '');
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
