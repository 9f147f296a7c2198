import type { IncomingMessage } from 'node:http';
import { isSameSecret } from '@live-online/internal/same-secret';
import { parseHandshake, type RejectionCode } from '@live-online/protocol';
import type { Admission, Refused } from '../../core/admission.ts';
import type { SiteList } from '../../core/site-list.ts';
import { siteOf } from '../../core/site.ts';
import { countReason, type CounterStats } from '../../core/stats.ts';
import { readAddress, type TrustsProxy } from './client-address.ts';

/**
 * The door: what a request must show before it gets a session, and a client before it is counted. [C1, C11]
 * It reads headers and hands what they say to the site list and to admission.
 */
export interface Door {
  /** Before a session exists. A refusal names no reason that a page could read. */
  knock(request: IncomingMessage): Entry | undefined;
  /** At CONNECT: who comes in, or why not. */
  greet(request: IncomingMessage, auth: unknown): Greeting;
}

export interface Entry {
  /** Gives the place back. May be called twice. */
  release: () => void;
  /** Whether the place is had, where that is not known at once. */
  granted?: Promise<boolean>;
}

export type Greeting =
  | { ok: true; site: string; member: string | undefined; resume: string | undefined }
  | { ok: false; code: RejectionCode; problem: string };

export interface HandshakeGuardOptions {
  sites: SiteList;
  admission: Admission;
  stats: CounterStats;
  trustsProxy: TrustsProxy | undefined;
  /** Whether connections from this machine itself count against the limit per address. */
  countLoopback: boolean;
  /** Called for every connection that is refused because of a limit. */
  onLimit: (limit: string, address: string | undefined) => void;
}

/** How many origins are remembered; one that names a site has at most 400 characters. */
const KNOWN_ORIGINS = 500;

export function createHandshakeGuard(options: HandshakeGuardOptions): Door {
  const { sites, admission, stats, trustsProxy, countLoopback, onLimit } = options;

  function refuse(code: string): void {
    countReason(stats.refused, code);
  }

  /** Most connections come from a few sites, each of which is read twice: before its session, and at CONNECT. */
  const hostnames = new Map<string, string>();

  function hostnameOf({ headers }: IncomingMessage): string | undefined {
    const { origin } = headers;
    if (origin === undefined) return siteOf(headers);
    const known = hostnames.get(origin);
    if (known !== undefined) return known;
    const hostname = siteOf(headers);
    if (hostname !== undefined) {
      if (hostnames.size >= KNOWN_ORIGINS) hostnames.clear();
      hostnames.set(origin, hostname);
    }
    return hostname;
  }

  return {
    knock(request) {
      const hostname = hostnameOf(request);
      if (hostname === undefined) {
        refuse('origin-invalid');
        return undefined;
      }
      const address = readAddress(request, trustsProxy, countLoopback);
      const site = sites.find(hostname)?.site;
      const admitted = admission.admit(site, address, site !== undefined && sites.names(site));
      const turnAway = ({ limit }: Refused): void => {
        refuse(limit ?? 'no-answer');
        if (limit !== undefined) onLimit(limit, address);
      };
      if (!admitted.ok) return void turnAway(admitted);
      const { release, answer } = admitted;
      if (!answer) return { release };
      const granted = answer.then((decision) => {
        if (!decision.ok) turnAway(decision);
        return decision.ok;
      });
      return { release, granted };
    },
    greet(request, auth) {
      const say = (code: RejectionCode, problem: string): Greeting => {
        refuse(code);
        return { ok: false, code, problem };
      };
      const parsed = parseHandshake(auth);
      if (!parsed.ok) return say(parsed.code, parsed.problem);
      const hostname = hostnameOf(request);
      const listed = hostname === undefined ? undefined : sites.find(hostname);
      if (!listed) return say('site-not-listed', 'this server does not count this site');
      const { member, resume, token = '' } = parsed.handshake;
      if (listed.token !== undefined && !isSameSecret(token, listed.token)) {
        return say('token-wrong', 'this site asks for a token, which is missing or wrong');
      }
      return { ok: true, site: listed.site, member, resume };
    },
  };
}
