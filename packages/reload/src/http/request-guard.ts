import type { IncomingMessage } from 'node:http';
import { escapeControls } from '@live-online/internal/escape-controls';
import { isLoopback, type AllowedHosts } from './allowed-hosts.ts';

/** Why a request is rejected. The client receives the text, because its user may be the one who can change the options. */
interface RequestRejection {
  status: 400 | 403;
  problem: string;
}

/** Checks who sends a request: the server is for the user of this machine, but any page in the browser can send requests to it. [R8] */
export interface RequestGuard {
  /** Checks the Host and the Origin of a request. */
  checkRequest(request: IncomingMessage): RequestRejection | undefined;
  /** Also requires an Origin: browsers send one with every upgrade. */
  checkUpgrade(request: IncomingMessage): RequestRejection | undefined;
}

export interface RequestGuardOptions {
  hosts: AllowedHosts;
  /** Origins in addition to the server's own, such as `http://localhost:3000`. */
  allowedOrigins: readonly string[];
  /** Whether to allow pages of all servers on this machine, which embed the script themselves. */
  allowLoopback: boolean;
  /** Other origins than `null` that are allowed. @param hostname that of the Host header. */
  alsoAllows?: (origin: string, hostname: string) => boolean;
}

export function createRequestGuard({
  hosts,
  allowedOrigins,
  allowLoopback,
  alsoAllows = () => false,
}: RequestGuardOptions): RequestGuard {
  const trusted = new Set(allowedOrigins);

  function checkRequest(request: IncomingMessage): RequestRejection | undefined {
    const host = parseHost(request.headers.host);
    if (!host) return { status: 400, problem: 'the Host header is missing or invalid' };
    const unclear = findHostProblem(request, host.host);
    if (unclear !== undefined) return { status: 400, problem: unclear };
    const { hostname } = host;
    if (!hosts.allows(hostname)) {
      const problem = `host ${hostname} is not allowed: to allow it, start with --allow-host ${hostname}`;
      return { status: 403, problem };
    }
    const { origin } = request.headers;
    if (origin === undefined || isAllowed(origin, host, request)) return undefined;
    const shown = escapeControls(origin.slice(0, 100));
    const remedy = origin === 'null' ? '' : `: to allow it, start with --allow-origin ${shown}`;
    return { status: 403, problem: `origin ${shown} is not allowed${remedy}` };
  }

  function isAllowed(
    origin: string,
    { host, hostname }: { host: string; hostname: string },
    request: IncomingMessage,
  ): boolean {
    // Any site can make a page with the origin "null": a sandboxed frame. A form of a page of this server also sends
    // "null" under a strict referrer policy. Sec-Fetch-Site, which no page can set, shows which one it is.
    if (origin === 'null') return !allowLoopback && request.headers['sec-fetch-site'] === 'same-origin';
    if (trusted.has(origin) || alsoAllows(origin, hostname)) return true;
    const from = parseOrigin(origin);
    if (!from) return false;
    const isOwn = from.host === host && isOfScheme(origin, request);
    return isOwn || (allowLoopback && isLoopback(from.hostname));
  }

  return {
    checkRequest,
    checkUpgrade(request) {
      const { origin } = request.headers;
      if (origin === undefined || origin === 'null') {
        return {
          status: 403,
          problem: 'an upgrade requires an Origin header with an origin other than "null"',
        };
      }
      return checkRequest(request);
    },
  };
}

/** Why it is not clear which host a request names. Two servers could understand it differently. (RFC 9112 §3.2) */
function findHostProblem({ rawHeaders, url = '/' }: IncomingMessage, host: string): string | undefined {
  const names = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
  if (names.length > 1) return 'there is more than one Host header';
  const [authority] = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i.exec(url) ?? [];
  if (authority === undefined || parseOrigin(authority.toLowerCase())?.host === host) return undefined;
  return 'the URL of the request names another host than its Host header';
}

/** Host and port in the form of an Origin. */
function parseHost(header: string | undefined): { host: string; hostname: string } | undefined {
  if (header === undefined || !/^[\w.:[\]-]+$/.test(header)) return undefined;
  return parseOrigin(`http://${header}`);
}

/**
 * Whether a page of the origin can have come over this connection. Without a port, `http://localhost` is another server than
 * `https://localhost`. A server with HTTP can be behind a proxy that uses HTTPS.
 */
function isOfScheme(origin: string, { socket }: IncomingMessage): boolean {
  return !('encrypted' in socket) || origin.startsWith('https:');
}

function parseOrigin(origin: string): { host: string; hostname: string } | undefined {
  const match = /^https?:\/\/([^/?#@\\]+)$/.exec(origin);
  if (!match || !URL.canParse(origin)) return undefined;
  // Clients omit a default port in both headers, so that `host` can be compared as it is.
  const { hostname, host } = new URL(origin);
  return { host, hostname: hostname.replace(/\.$/, '') };
}
