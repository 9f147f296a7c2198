import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import proxyaddr from 'proxy-addr';
import { parseHandshake, type RefusalCode } from '@live-online/protocol';
import type { Admission } from '../core/admission.ts';
import type { SiteList } from '../core/site-list.ts';
import { siteOf } from '../core/site.ts';
import type { CounterStats } from '../stats.ts';

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
}

export type Greeting =
  { ok: true; site: string; member: string | undefined } | { ok: false; code: RefusalCode; problem: string };

export interface DoorOptions {
  sites: SiteList;
  admission: Admission;
  stats: CounterStats;
  /** Whether `address` is a proxy whose X-Forwarded-For is believed; `hop` counts from this server. */
  trustsProxy: (address: string, hop: number) => boolean;
  /** Whether connections from this machine itself count against the limit per address. */
  limitsLoopback: boolean;
  /** Called the first time that an address reaches its limit, and then at most once a minute. */
  onLimit: (limit: string, address: string | undefined) => void;
}

export function createDoor(options: DoorOptions): Door {
  const { sites, admission, stats, trustsProxy, limitsLoopback, onLimit } = options;

  function refuse(code: string): void {
    stats.refused[code] = (stats.refused[code] ?? 0) + 1;
  }

  return {
    knock(request) {
      const hostname = siteOf(request.headers);
      if (hostname === undefined) {
        refuse('origin-invalid');
        return undefined;
      }
      const address = addressOf(request, trustsProxy, limitsLoopback);
      const admitted = admission.admit(sites.find(hostname)?.site, address);
      if (admitted.ok) return admitted;
      refuse(admitted.limit);
      onLimit(admitted.limit, address);
      return undefined;
    },
    greet(request, auth) {
      const say = (code: RefusalCode, problem: string): Greeting => {
        refuse(code);
        return { ok: false, code, problem };
      };
      const parsed = parseHandshake(auth);
      if (!parsed.ok) return say(parsed.code, parsed.problem);
      const hostname = siteOf(request.headers);
      const listed = hostname === undefined ? undefined : sites.find(hostname);
      if (!listed) return say('site-not-listed', 'this server does not count this site');
      if (listed.token !== undefined && listed.token !== parsed.handshake.token) {
        return say('token-wrong', 'this site asks for a token, which is missing or wrong');
      }
      return { ok: true, site: listed.site, member: parsed.handshake.member };
    },
  };
}

/** Whom a connection is put down to: its address, or the /64 network of an IPv6 address, which is one customer's. */
function addressOf(
  request: IncomingMessage,
  trustsProxy: (address: string, hop: number) => boolean,
  limitsLoopback: boolean,
): string | undefined {
  const remote = request.socket.remoteAddress;
  const claimed = remote === undefined ? undefined : proxyaddr(request, trustsProxy);
  const text = claimed !== undefined && ipaddr.isValid(claimed) ? claimed : remote;
  if (text === undefined) return undefined;
  const address = ipaddr.process(text);
  if (!limitsLoopback && address.range() === 'loopback') return undefined;
  if (address.kind() === 'ipv4') return address.toString();
  return `${(address as ipaddr.IPv6).parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
