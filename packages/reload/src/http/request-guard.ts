import type { IncomingMessage } from 'node:http';
import { isLoopback, type HostList } from './allowed-hosts.ts';

/** Why somebody is not let in; told to whoever sits before the browser, who may be the owner. */
export interface RequestRejection {
  status: 400 | 403;
  problem: string;
}

/** Who may ask: the tool is for the person at this machine, and any page in the browser can send requests to it. [R8] */
export interface RequestGuard {
  /** Checks the Host and the Origin of a request. */
  checkRequest(request: IncomingMessage): RequestRejection | undefined;
  /** Checks an upgrade as well for having an Origin at all: a browser always sends one there, and that of the page itself. */
  checkUpgrade(request: IncomingMessage): RequestRejection | undefined;
}

export interface RequestGuardOptions {
  hosts: HostList;
  /** Origins beside the own one, such as `http://localhost:3000`. */
  allowedOrigins: readonly string[];
  /** Whether pages of any other server on this machine may come in: those that carry the script by hand. */
  allowLoopback: boolean;
}

export function createRequestGuard({
  hosts,
  allowedOrigins,
  allowLoopback,
}: RequestGuardOptions): RequestGuard {
  const trusted = new Set(allowedOrigins);

  function checkRequest(request: IncomingMessage): RequestRejection | undefined {
    const host = readHost(request.headers.host);
    if (!host) return { status: 400, problem: 'the request names no host that can be read' };
    if (!hosts.allows(host.hostname)) {
      const problem = `"${host.hostname}" is not a name of this server; --allow-host ${host.hostname} lets it in`;
      return { status: 403, problem };
    }
    const { origin } = request.headers;
    if (origin === undefined || isAllowed(origin, host.host, request)) return undefined;
    return {
      status: 403,
      problem: `pages of ${printable(origin)} may not ask here; --allow-origin lets an origin in`,
    };
  }

  function isAllowed(origin: string, host: string, request: IncomingMessage): boolean {
    // Any site can make a page without an origin: a sandboxed frame. A form of the page's own sends "null", too, under a
    // strict referrer policy; then this header, which no page can set, says that it is the own one.
    if (origin === 'null') return !allowLoopback && request.headers['sec-fetch-site'] === 'same-origin';
    if (trusted.has(origin)) return true;
    const from = readOrigin(origin);
    if (!from) return false;
    return from.host === host || (allowLoopback && isLoopback(from.hostname));
  }

  return {
    checkRequest,
    checkUpgrade(request) {
      const { origin } = request.headers;
      if (origin === undefined || origin === 'null') {
        return { status: 403, problem: 'a socket is opened by pages only, and they say their Origin' };
      }
      return checkRequest(request);
    },
  };
}

/** Host and port as an Origin would spell them. */
function readHost(header: string | undefined): { host: string; hostname: string } | undefined {
  if (header === undefined || !/^[\w.:[\]-]+$/.test(header)) return undefined;
  return readOrigin(`http://${header}`);
}

function readOrigin(origin: string): { host: string; hostname: string } | undefined {
  const match = /^https?:\/\/([^/?#@\\]+)$/.exec(origin);
  if (!match || !URL.canParse(origin)) return undefined;
  // The port stays as it is written: 80 and 443 are left out by whoever asks and by whoever answers alike.
  const { hostname, host } = new URL(origin);
  return { host, hostname: hostname.replace(/\.$/, '') };
}

function printable(text: string): string {
  return JSON.stringify(text.slice(0, 100)).slice(1, -1);
}
