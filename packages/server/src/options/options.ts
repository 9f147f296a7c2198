import type { Admission, AdmissionLimits } from '../core/admission.ts';
import type { Store } from '../core/ports.ts';
import type { SiteList, SiteOptions } from '../core/site-list.ts';
import type { TrustsProxy } from '../io/admission/client-address.ts';
import type { HttpBounds } from '../io/http/create-http-guard.ts';
import type { Heartbeat } from '../io/socket-io-transport.ts';
import type { TransportBounds, TransportName } from '../io/transport.ts';

/** What counting itself can be told, wherever the counter lives. */
export interface CountingOptions {
  /**
   * The sites that are counted. A string is a hostname (`example.org`), a wildcard (`*.example.org`), an alias
   * (`www.example.org=example.org`), or `local` for pages without an origin. Pages of other sites are refused.
   *
   * @default any site is counted, up to `maxSites`
   */
  sites?: (string | SiteOptions)[];
  /**
   * Most connections on this server. More are refused before they have a session.
   *
   * @default 100000
   */
  maxConnections?: number;
  /**
   * Most connections from one address; an IPv6 /64 network counts as one address.
   *
   * @default 1000, with no limit for connections from this machine itself, which are a proxy's or a developer's.
   * A number that is set here holds for those, too.
   */
  maxPerAddress?: number;
  /** Most connections to one site on this server. @default no limit */
  maxPerSite?: number;
  /**
   * Most sites with people on them at a time. Pages of one more site are rejected, unless `sites` names it; that it
   * matches a wildcard is not enough.
   *
   * @default 10000
   */
  maxSites?: number;
  /**
   * Most sites that one address may open: a site that nobody is on counts against the address that comes to it, until
   * nobody is on it again. Pages of one more new site from that address are rejected; sites that others have opened
   * take them. Sites that `sites` names do not count, those that only match a wildcard do. It holds for the
   * addresses that `maxPerAddress` holds for.
   *
   * @default 100
   */
  maxSitesPerAddress?: number;
  /**
   * Whose `X-Forwarded-For` is trusted: addresses, networks (`10.0.0.0/8`) and the names `loopback`,
   * `linklocal`, `uniquelocal`; or the number of proxies in front of this server. Entries may carry a port. Clients
   * for whom a trusted proxy writes no address, such as `unknown`, count as one address.
   *
   * @default nobody's
   */
  trustProxy?: string[] | number;
  /** Shortest time between two announcements of a site, in ms. @default 100 */
  minUpdateIntervalMs?: number;
  /** How long a fall waits before it is announced, in ms. A site that is reloaded meanwhile never flickers. @default 1000 */
  decreaseDelayMs?: number;
  /**
   * The part of one core that announcing may take, above 0 and up to 1. Large sites hear less often when it is
   * used up.
   *
   * @default 0.2
   */
  maxBroadcastCpu?: number;
  /**
   * How long `drain()` takes to send everybody off to other servers, in ms, up to 10 s. It ends up to four seconds
   * later, when all of them are back.
   *
   * @default 5000
   */
  drainDurationMs?: number;
  /**
   * How long `drain()` goes on taking newcomers before it begins, in ms, up to 5 s, while `readyz` says 503: until
   * balancers have seen that.
   *
   * @default 1000
   */
  readinessGraceMs?: number;
  /** Where servers tell each other how many people they have. @default a memory store: this server is alone */
  store?: Store;
}

/** What a counter with its own Socket.IO server can be told. */
export interface CounterServerOptions extends CountingOptions {
  /** The port that `listen()` takes, 0 for any free one. @default 8081 */
  port?: number;
  /** The address that `listen()` takes. @default all addresses of this machine */
  host?: string;
  /**
   * Where the counter lives, such as `/live-online/`; the slash at its end may be left out. The script lies at the
   * path itself, with that slash, the probes and the socket below it.
   *
   * @default `/` for `listen()`, `/live-online/` for `attach()`
   */
  path?: string;
  /**
   * By which transports visitors come in. With `polling`, several servers behind a balancer need sticky sessions.
   *
   * @default ['websocket']
   */
  transports?: TransportName[];
  /**
   * Most bytes that may wait to be written to a connection whose client does not read. Above it the connection is
   * destroyed. @default 16384
   */
  maxWaitingBytes?: number;
  /**
   * Most packets that a client may send at once; a client needs two, and one for each heartbeat. Above it its connection is
   * destroyed. @default 20
   */
  packetBurst?: number;
  /** Most packets that a client may send per second in the long run. @default 1 */
  packetsPerSecond?: number;
  /** How long a client may take to answer a close before its connection is destroyed, in ms. @default 2000 */
  closeTimeoutMs?: number;
  /**
   * Most connections to the server's own port that have no session yet, in each process: idle ones, requests over
   * plain HTTP, and handshakes. Past it, the one that has waited longest is closed. Whatever the number, each of
   * them is closed after 10 s in which it has not sent a request and taken the answer.
   *
   * @default 10000
   */
  maxPendingConnections?: number;
  /**
   * The same from one address; an IPv6 /64 network counts as one address.
   *
   * @default as many as `maxPerAddress`, and at least 100. There is no limit for trusted proxies, and none for
   * connections from this machine itself unless this number or `maxPerAddress` is set.
   */
  maxPendingPerAddress?: number;
}

/** What a counter on an existing Socket.IO server can be told. */
export interface AttachedCounterOptions extends CountingOptions {
  /** The namespace that the counter has for itself. Not the main one, which is the host's. @default /live-online */
  namespace?: string;
}

export interface ResolvedCountingOptions {
  sites: SiteList;
  limits: AdmissionLimits;
  /** Who decides on the limits, if not this server by itself. */
  admission?: Admission;
  countLoopback: boolean;
  trustsProxy: TrustsProxy | undefined;
  minUpdateIntervalMs: number;
  decreaseDelayMs: number;
  maxBroadcastCpu: number;
  drainDurationMs: number;
  readinessGraceMs: number;
  store: Store;
}

export interface ResolvedCounterServerOptions extends ResolvedCountingOptions {
  port: number;
  host: string | undefined;
  path: string | undefined;
  transports: readonly TransportName[];
  /** What one connection may cost. */
  bounds: TransportBounds;
  /** What connections without a session may cost. */
  httpBounds: HttpBounds;
  /** How clients are asked whether they are there, if not as usual. */
  heartbeat?: Heartbeat;
}

export interface ResolvedAttachedOptions extends ResolvedCountingOptions {
  namespace: string;
}
