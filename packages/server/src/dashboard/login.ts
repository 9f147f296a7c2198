import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { queryOf } from '@live-online/internal/http/request-path';
import { COOKIE_NAME, isOtherOrigin, isSameOrigin, type Access } from '../io/http/access/access.ts';
import { cookiePath, isEncrypted } from '../io/http/access/cookies.ts';
import { RateLimits, type RateLimit } from '../io/http/access/rate-limits.ts';
import { SESSION_MS } from '../io/http/access/session.ts';
import { respondWithLoginPage, type LoginMessage } from './login-page.ts';
import { readField } from './read-form.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

/** Five wrong tokens a minute for each address. */
const LOGIN_LIMIT: RateLimit = { burst: 5, perSecond: 5 / 60 };

export interface LoginOptions {
  access: Access;
  /** The address that a request counts against; `undefined` for this machine itself. */
  addressOf: (request: IncomingMessage) => string | undefined;
  /** In ms, of a monotonic clock. */
  now: () => number;
}

/** Signs in with the admin token or the code of a login link, and signs out. [D1] */
export class Login {
  readonly #options: LoginOptions;
  readonly #limits: RateLimits;

  constructor(options: LoginOptions) {
    this.#options = options;
    this.#limits = new RateLimits(LOGIN_LIMIT, options.now);
  }

  /** Shows the form, or signs in with the code in the address. */
  show(request: IncomingMessage, response: ServerResponse): void {
    const code = new URLSearchParams(queryOf(request)).get('token');
    if (code === null) return respondWithLoginPage(response, 200);
    // Such requests of a page of another site must not take the attempts of its visitor's address. [D5]
    if (!isForTab(request)) return respondWithLoginPage(response, 403, 'link-embedded');
    this.#check(request, response, 'link-invalid', () => this.#options.access.redeemLoginCode(code));
  }

  /** Signs in with the token of the form. */
  async submit(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isSameOrigin(request)) return respondWithLoginPage(response, 403, 'cross-origin');
    const token = (await readField(request, 'token')) ?? '';
    this.#check(request, response, 'token-wrong', () => this.#options.access.isAdminToken(token.trim()));
  }

  signOut(request: IncomingMessage, response: ServerResponse): void {
    if (!isSameOrigin(request)) return respondWithLoginPage(response, 403, 'cross-origin');
    redirect(response, 'login', sessionCookie(request, '', 0));
  }

  #check(
    request: IncomingMessage,
    response: ServerResponse,
    failure: LoginMessage,
    isRight: () => boolean,
  ): void {
    const { access, addressOf } = this.#options;
    const address = addressOf(request) ?? 'loopback';
    const waitSeconds = this.#limits.secondsUntil(address);
    if (waitSeconds > 0) {
      return respondWithLoginPage(response, 429, 'too-many', { 'Retry-After': String(waitSeconds) });
    }
    if (isRight()) {
      return redirect(response, './', sessionCookie(request, access.createSession(), SESSION_MS / 1_000));
    }
    // Such a page can open links in a tab as well. A token comes by a form, which no other page can send.
    if (!isOtherOrigin(request)) this.#limits.take(address);
    respondWithLoginPage(response, 403, failure);
  }
}

/** Whether a request can be for a page in a tab. Browsers say so if it is for an image, a frame or a script, over TLS or on this machine. */
function isForTab({ headers }: IncomingMessage): boolean {
  const { 'sec-fetch-dest': destination = 'document' } = headers;
  return destination === 'document';
}

/** Relative, because the server does not know the address that a reverse proxy has for it. */
function redirect(response: ServerResponse, location: string, cookie: string): void {
  const headers: OutgoingHttpHeaders = {
    ...SECURITY_HEADERS,
    Location: location,
    'Set-Cookie': cookie,
    'Cache-Control': 'no-store',
    // The address of this request may have a code.
    'Referrer-Policy': 'no-referrer',
  };
  response.writeHead(303, headers);
  response.end();
}

/** The cookie is for the whole counter, because the HTTP API is beside the dashboard. */
function sessionCookie(request: IncomingMessage, value: string, maxAgeSeconds: number): string {
  const attributes = `Path=${cookiePath(request, 'dashboard/')}; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict`;
  return `${COOKIE_NAME}=${value}; ${attributes}${isEncrypted(request) ? '; Secure' : ''}`;
}
