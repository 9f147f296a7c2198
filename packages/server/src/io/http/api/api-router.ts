import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { queryOf } from '@live-online/internal/http/request-path';
import type { SiteList } from '../../../core/site-list.ts';
import { parseHostname } from '../../../core/site.ts';
import { bearerToken, hasSessionCookie, isOtherOrigin, type Access } from '../access/access.ts';
import { RateLimits } from '../access/rate-limits.ts';
import type { ApiRoute } from './api-route.ts';
import { matchPath } from './match-path.ts';
import { respondProblem } from './problem.ts';

/** The limits of requests: an address has a page with a few numbers, a token a program that reads many sites. */
const API_LIMITS = {
  address: { burst: 120, perSecond: 10 },
  token: { burst: 600, perSecond: 50 },
} as const;
/** How many requests of an address a rejected token costs. Then at most one in two seconds can be tried. */
const REJECTED_COST = 20;

export interface ApiRouterOptions {
  routes: readonly ApiRoute[];
  access: Access;
  sites: SiteList;
  /** The address that a request counts against; `undefined` for none. */
  addressOf: (request: IncomingMessage) => string | undefined;
  /** In ms, of a monotonic clock. */
  now: () => number;
}

/** Answers requests below `v1/`: limits, access, CORS and methods are the same for all routes. */
export class ApiRouter {
  readonly #options: ApiRouterOptions;
  readonly #addresses: RateLimits;
  readonly #tokens: RateLimits;

  constructor(options: ApiRouterOptions) {
    this.#options = options;
    this.#addresses = new RateLimits(API_LIMITS.address, options.now);
    this.#tokens = new RateLimits(API_LIMITS.token, options.now);
  }

  /** @param path the path below `v1/`. */
  handle(request: IncomingMessage, response: ServerResponse, path: string): void {
    const waitSeconds = this.#limit(request);
    if (waitSeconds > 0) return respondTooManyRequests(response, waitSeconds);
    const matches = this.#options.routes.flatMap((route) => {
      const params = matchPath(route.path, path);
      return params ? [{ route, params }] : [];
    });
    if (matches.length === 0) {
      return respondProblem(response, 404, 'path-unknown', 'the API has no such path: see v1/openapi.json');
    }
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const match = matches.find(({ route }) => route.method === method);
    const { route, params } = match ?? matches[0]!;
    const site = this.#siteOf(params['site']);
    if (this.#isOpen(route, site)) allowOrigins(response);
    // The browser sends the session's cookie also for images of a page on another port or a sibling domain. [A4]
    else response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    const methods = matches.flatMap((other) => (other.route.method === 'GET' ? ['GET', 'HEAD'] : ['POST']));
    if (request.method === 'OPTIONS') return respondPreflight(response, methods);
    if (!match) {
      const allow = methods.join(', ');
      return respondProblem(response, 405, 'method-unknown', `only ${allow} is answered here`, {
        Allow: allow,
      });
    }
    if (!this.#allows(route, request, site)) return this.#reject(request, response);
    if (params['site'] !== undefined && site === undefined) {
      return respondProblem(response, 404, 'site-unknown', 'this server does not count this site');
    }
    if (!this.#isOpen(route, site)) response.setHeader('Cache-Control', 'private, no-cache');
    route.handle({
      request,
      response,
      site: site ?? '',
      params,
      query: new URLSearchParams(queryOf(request)),
    });
  }

  /** Returns 0, or how many seconds the client has to wait. */
  #limit(request: IncomingMessage): number {
    // Others at the admin's address, and pages of other origins in the admin's browser, must not use up what the dashboard needs.
    if (!isOtherOrigin(request) && this.#options.access.isAdmin(request)) {
      // By its hash: tokens are not kept.
      return this.#tokens.take(hashOf(bearerToken(request) ?? ''));
    }
    const address = this.#options.addressOf(request);
    return address === undefined ? 0 : this.#addresses.take(address);
  }

  /** The site as it is counted; `undefined` if this server does not count it. */
  #siteOf(name: string | undefined): string | undefined {
    const hostname = name === undefined ? undefined : parseHostname(name);
    return hostname === undefined ? undefined : this.#options.sites.find(hostname)?.site;
  }

  /** Whether any client may read the answer. */
  #isOpen(route: ApiRoute, site: string | undefined): boolean {
    if (route.access === 'any') return true;
    return route.access === 'site' && site !== undefined && this.#options.access.isPublic(site);
  }

  #allows(route: ApiRoute, request: IncomingMessage, site: string | undefined): boolean {
    const { access } = this.#options;
    if (route.access === 'any') return true;
    if (route.access === 'admin' || site === undefined) return access.isAdmin(request);
    return access.mayRead(request, site);
  }

  #reject(request: IncomingMessage, response: ServerResponse): void {
    // A site of the same domain has cookies of its own.
    const isGiven = request.headers.authorization !== undefined || hasSessionCookie(request);
    if (isGiven) {
      const address = this.#options.addressOf(request);
      if (address !== undefined) this.#addresses.charge(address, REJECTED_COST);
      return respondProblem(response, 403, 'access-denied', 'the token or the session does not allow this');
    }
    respondProblem(response, 401, 'token-missing', 'this needs a token: Authorization: Bearer TOKEN', {
      'WWW-Authenticate': 'Bearer',
    });
  }
}

/** Pages of any origin may read the answer. They send no cookies. */
function allowOrigins(response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Origin', '*');
  response.setHeader('Access-Control-Expose-Headers', 'ETag, Retry-After');
  response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
}

function respondPreflight(response: ServerResponse, methods: string[]): void {
  response.writeHead(204, {
    Allow: methods.join(', '),
    ...(response.hasHeader('Access-Control-Allow-Origin') && {
      'Access-Control-Allow-Methods': 'GET, HEAD',
      'Access-Control-Allow-Headers': 'If-None-Match, Last-Event-ID',
      'Access-Control-Max-Age': '86400',
    }),
  });
  response.end();
}

function respondTooManyRequests(response: ServerResponse, waitSeconds: number): void {
  respondProblem(response, 429, 'too-many-requests', `too many requests: wait for ${waitSeconds} s`, {
    'Retry-After': String(waitSeconds),
    'Access-Control-Allow-Origin': '*',
  });
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
