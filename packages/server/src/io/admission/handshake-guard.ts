import type { IncomingMessage } from 'node:http';
import { parseHandshake, type RejectionCode } from '@live-online/protocol';
import type { Admission, LimitReached } from '../../core/admission.ts';
import type { JoinDetails } from '../../core/counter.ts';
import type { ListedSite, SiteList } from '../../core/site-list.ts';
import { siteOf } from '../../core/site.ts';
import { countReason, type CounterStats } from '../../core/stats.ts';
import { BotDetector } from './bot-detector.ts';
import { readAddress, type TrustsProxy } from './client-address.ts';
import { readPageHeaders } from './page-headers.ts';
import { checkSiteToken } from './site-token.ts';

/** Checks a handshake: in HTTP, before it gets a session, and at CONNECT, before its connection is counted. [C1, C11] */
export interface HandshakeGuard {
  /** Reads where a handshake comes from. */
  readTicket(request: IncomingMessage): AdmissionTicket;
  /** The same for those who cannot keep the ticket: the headers are read the first time only. */
  ticketOf(request: IncomingMessage): AdmissionTicket;
  /** Reserves a place for a connection. `undefined` if it is rejected, without a reason that a page could read. */
  reserve(ticket: AdmissionTicket): Reservation | undefined;
  /** The site and the member of a connection, or why it is rejected. A rejection is not counted. */
  check(ticket: AdmissionTicket, auth: unknown): HandshakeResult;
  /** The same at CONNECT: a rejection is counted. */
  authenticate(ticket: AdmissionTicket, auth: unknown): HandshakeResult;
}

/** Where a handshake comes from. */
export interface AdmissionTicket {
  /** `false` for an Origin that no browser would send. */
  readonly isOriginValid: boolean;
  /** Whether it comes from a crawler, which is not counted. */
  readonly isBot: boolean;
  /** Whether its browser is left out of the count of the site. */
  readonly isOptedOut: boolean;
  /** The site that its connection is counted on; `undefined` if it is not listed. */
  readonly listed: ListedSite | undefined;
  /** The address that its connection counts against; `undefined` for none. */
  readonly address: string | undefined;
}

export interface Reservation {
  /** Frees the place. May be called twice. */
  release: () => void;
  /** Whether the place is granted, where another process decides. */
  granted?: Promise<boolean>;
}

/** Who joins, and where. */
export interface AcceptedHandshake extends JoinDetails {
  ok: true;
  site: string;
  member: string | undefined;
}

export type HandshakeResult = AcceptedHandshake | { ok: false; code: RejectionCode; problem: string };

const OPTED_OUT: HandshakeResult = {
  ok: false,
  code: 'opted-out',
  problem: 'an opt-out link was opened in this browser',
};

const TOKEN_PROBLEMS = {
  'token-wrong': 'the token of this site is missing or wrong',
  'token-expired': 'the token of this site has expired: load the page again',
};

export interface HandshakeGuardOptions {
  sites: SiteList;
  admission: Admission;
  stats: CounterStats;
  trustsProxy: TrustsProxy | undefined;
  /** Whether connections from this machine itself count against the limit per address. */
  countLoopback: boolean;
  /** Whether crawlers are counted. */
  countBots: boolean;
  /** Whether the browser of a request is left out of the count of a site. @default none is */
  isOptedOut?: (request: IncomingMessage, site: string) => boolean;
  /** In ms since the epoch. */
  timeOfDay: () => number;
  /** Called for every connection that is rejected because of a limit. */
  onLimit: (limit: string, address: string | undefined) => void;
}

export function createHandshakeGuard(options: HandshakeGuardOptions): HandshakeGuard {
  const { sites, admission, stats, trustsProxy, countLoopback, countBots, isOptedOut, timeOfDay, onLimit } =
    options;
  const bots = new BotDetector();
  const tickets = new WeakMap<IncomingMessage, AdmissionTicket>();

  function readTicket(request: IncomingMessage): AdmissionTicket {
    const hostname = siteOf(readPageHeaders(request));
    const listed = hostname === undefined ? undefined : sites.find(hostname);
    return {
      isOriginValid: hostname !== undefined,
      isBot: !countBots && bots.isBot(request.headers['user-agent']),
      isOptedOut: listed !== undefined && isOptedOut?.(request, listed.site) === true,
      listed,
      address: readAddress(request, trustsProxy, countLoopback),
    };
  }

  function countLimit({ limit }: LimitReached, address: string | undefined): void {
    countReason(stats.rejected, limit ?? 'no-answer');
    if (limit !== undefined) onLimit(limit, address);
  }

  function check({ isOptedOut: isLeftOut, listed }: AdmissionTicket, auth: unknown): HandshakeResult {
    return isLeftOut ? OPTED_OUT : checkHandshake(listed, auth, timeOfDay());
  }

  return {
    readTicket,
    ticketOf(request) {
      let ticket = tickets.get(request);
      if (!ticket) tickets.set(request, (ticket = readTicket(request)));
      return ticket;
    },
    reserve({ isOriginValid, isBot, listed, address }) {
      if (!isOriginValid) return void countReason(stats.rejected, 'origin-invalid');
      if (isBot) return void countReason(stats.rejected, 'bot');
      const admitted = admission.admit(listed?.site, address, listed?.isNamed);
      if (!admitted.ok) return void countLimit(admitted, address);
      const { release, decision } = admitted;
      if (!decision) return { release };
      const granted = decision.then((decided) => {
        if (!decided.ok) countLimit(decided, address);
        return decided.ok;
      });
      return { release, granted };
    },
    check,
    authenticate(ticket, auth) {
      const result = check(ticket, auth);
      if (!result.ok) countReason(stats.rejected, result.code);
      return result;
    },
  };
}

/**
 * @param listed where the handshake comes from; `undefined` if that is not listed.
 * @param timeOfDay in ms since the epoch.
 */
export function checkHandshake(
  listed: ListedSite | undefined,
  auth: unknown,
  timeOfDay: number,
): HandshakeResult {
  const parsed = parseHandshake(auth);
  if (!parsed.ok) return parsed;
  if (!listed) return { ok: false, code: 'site-not-listed', problem: 'this server does not count this site' };
  const { member, resume: resumeToken, token = '', page, tabs } = parsed.handshake;
  const code = checkSiteToken(listed, token, timeOfDay);
  if (code !== undefined) return { ok: false, code, problem: TOKEN_PROBLEMS[code] };
  return { ok: true, site: listed.site, member, resumeToken, page, tabs };
}
