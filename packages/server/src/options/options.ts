import type { IncomingMessage } from 'node:http';
import type { Admission, AdmissionLimits } from '../core/admission.ts';
import type { Store } from '../core/ports.ts';
import type { SiteList, SiteOptions } from '../core/site-list.ts';
import type { TrustsProxy } from '../io/admission/client-address.ts';
import type { AnswerRelay } from '../io/events/answer-relay.ts';
import type { Access } from '../io/http/access/access.ts';
import type { HttpBounds } from '../io/http/create-http-guard.ts';
import type { SharedSocket } from '../io/http/listen.ts';
import type { OperationsRelay } from '../metrics/operations-relay.ts';
import type { OperationsOptions, ResolvedOperationsOptions } from './operations-options.ts';
import type { EngineName, Heartbeat, TransportBounds, TransportName } from '../io/transport.ts';

/** Options of every kind of counter. Each limit may be `Infinity`: no limit. */
export interface CountingOptions {
  /**
   * The sites that are counted. A string is a hostname (`example.org`), a wildcard (`*.example.org`), an alias
   * (`www.example.org=example.org`), or `local` for pages without an origin. Connections of other sites are rejected.
   *
   * @default any site is counted, up to `maxSites`
   */
  sites?: (string | SiteOptions)[];
  /**
   * Maximum connections of this server. More are rejected before they have a session.
   *
   * @default 100000
   */
  maxConnections?: number;
  /**
   * Maximum connections from one address; an IPv6 /64 network counts as one address.
   *
   * @default 1000, and no limit for connections from this machine itself: a proxy's or a developer's. If this option is
   * set, it holds for those as well.
   */
  maxPerAddress?: number;
  /** Maximum connections to one site on this server. @default no limit */
  maxPerSite?: number;
  /**
   * Maximum sites with connections at the same time. Connections to one more site are rejected, unless `sites` names it;
   * a match of a wildcard is not enough.
   *
   * @default 10000
   */
  maxSites?: number;
  /**
   * Maximum sites that one address may open. A site counts against the address of its first connection until it has no
   * connections. Connections from that address to one more new site are rejected; it may connect to sites that other
   * addresses have opened. Sites that `sites` names do not count; those that only match a wildcard do. It holds for the
   * same addresses as `maxPerAddress`.
   *
   * @default 100
   */
  maxSitesPerAddress?: number;
  /**
   * The proxies whose `X-Forwarded-For` is trusted: addresses, networks (`10.0.0.0/8`) and the names `loopback`,
   * `linklocal`, `uniquelocal`; or the number of proxies before this server. Its entries may have a port. Clients for whom
   * a trusted proxy writes no address, such as `unknown`, count as one address.
   *
   * @default none: the client is the peer of the TCP connection
   */
  trustProxy?: string[] | number;
  /**
   * Whether crawlers are counted, which are recognized by their User-Agent. Otherwise they are rejected before they have a
   * session, and `stats().rejected.bot` counts them. Headless browsers are among them.
   *
   * @default false
   */
  countBots?: boolean;
  /** Shortest time between two updates of a site, in ms. @default 100 */
  minUpdateIntervalMs?: number;
  /** How long a lower total waits before it is published, in ms, so that a reload does not change it. @default 1000 */
  decreaseDelayMs?: number;
  /**
   * The share of one core that publishing may take, above 0 and up to 1. When it is used up, large sites get fewer
   * updates. If there are more workers than cores, the workers divide it.
   *
   * @default 0.2
   */
  maxBroadcastCpu?: number;
  /**
   * How long `drain()` takes to close all connections, in ms, up to 10 s. It ends when their members are on other servers,
   * up to five seconds later.
   *
   * @default 5000
   */
  drainDurationMs?: number;
  /**
   * How long `drain()` accepts new connections before it begins, in ms, up to 5 s. `readyz` answers 503 meanwhile, so that
   * load balancers notice.
   *
   * @default 1000
   */
  readinessGraceMs?: number;
  /** Adds up the counts of several servers, such as `redisStore(url)`. @default a memory store: this server alone */
  store?: Store;
}

/** Options of a counter with a Socket.IO server of its own. */
export interface CounterServerOptions extends CountingOptions, OperationsOptions {
  /** The port of `listen()`; 0 picks a free one. @default 8081 */
  port?: number;
  /** The address of `listen()`. @default all addresses of this machine */
  host?: string;
  /**
   * The URL path of the counter, such as `/live-online/`; the last slash may be omitted. The script is at the path itself,
   * the probes and the socket are below it.
   *
   * @default `/` for `listen()`, `/live-online/` for `attach()`
   */
  path?: string;
  /**
   * The transports of Engine.IO that clients may use. With `polling`, several servers behind a load balancer require
   * sticky sessions.
   *
   * @default ['websocket']
   */
  transports?: TransportName[];
  /**
   * What serves the sockets. `lean` is the counter's own implementation of the protocol, by WebSocket only: stock
   * Socket.IO clients see no difference, and a connection costs a quarter of the memory and half of the CPU. `socket.io` is
   * stock Socket.IO.
   *
   * @default 'lean', or 'socket.io' if `transports` has `polling`
   */
  engine?: EngineName;
  /**
   * Maximum bytes that wait to be written to a connection whose client does not read. Past it the connection is
   * destroyed. @default 16384
   */
  maxWaitingBytes?: number;
  /**
   * Maximum packets that a client may send at once; it needs two, and one for each heartbeat. Past it the connection is
   * destroyed. @default 20
   */
  packetBurst?: number;
  /** Maximum packets that a client may send per second on average. @default 1 */
  packetsPerSecond?: number;
  /** How long a client may take to answer a close before its connection is destroyed, in ms. @default 2000 */
  closeTimeoutMs?: number;
  /**
   * Maximum connections without a session on the server's own port, in each process: idle ones, plain HTTP requests, and
   * handshakes. Past it, the one that has waited longest is closed. Each of them is also closed after 10 s without a
   * request whose response it has taken.
   *
   * @default 10000
   */
  maxPendingConnections?: number;
  /**
   * The same from one address; an IPv6 /64 network counts as one address.
   *
   * @default `maxPerAddress`, but at least 100. There is no limit for trusted proxies, and none for connections from this
   * machine itself unless this option or `maxPerAddress` is set.
   */
  maxPendingPerAddress?: number;
  /**
   * Maximum handshakes per second on average from one address, in each process: WebSockets, polling and server-sent
   * events. More are answered 429. An IPv6 /64 network counts as one address.
   *
   * @default a tenth of `handshakeBurstPerAddress`'s default: 100. There is no limit for connections from this machine itself, unless this option, `handshakeBurstPerAddress` or
   * `maxPerAddress` is set
   */
  handshakesPerSecondPerAddress?: number;
  /**
   * The same at once: a token bucket.
   *
   * @default `maxPerAddress`, but at least 1000; ten times `handshakesPerSecondPerAddress` if that is set
   */
  handshakeBurstPerAddress?: number;
  /** Maximum handshakes per second on average in all, in each process. More are answered 429. @default no limit */
  handshakesPerSecond?: number;
  /** The same at once: a token bucket. It requires `handshakesPerSecond`. @default ten times `handshakesPerSecond` */
  handshakeBurst?: number;
  /**
   * The token of the HTTP API and the dashboard, 16 to 256 letters, digits and `-._~+/`. A request with it may read all
   * sites. It should be the same on all servers.
   *
   * @default none: nothing but `publicSites` can be read
   */
  adminToken?: string;
  /**
   * The sites whose numbers any client may read over the HTTP API, by the same patterns as `sites`; `*` for all.
   *
   * @default none
   */
  publicSites?: string[];
  /**
   * A folder of this server alone, in which the history of the sites is kept. It is created if it is missing.
   *
   * @default the history is kept in memory, and over Redis by the servers that share it
   */
  data?: string;
  /**
   * Maximum sites whose history is recorded. Each takes about 35 kB of memory. Further sites are counted, and have no
   * history. @default 1000
   */
  historySites?: number;
}

/** Options of a counter on an existing Socket.IO server. */
export interface AttachedCounterOptions extends CountingOptions {
  /** The namespace of the counter: any but the main one. @default /live-online */
  namespace?: string;
}

export interface ResolvedCountingOptions {
  sites: SiteList;
  limits: AdmissionLimits;
  /** Decides on the limits, if not this server by itself. */
  admission?: Admission;
  countLoopback: boolean;
  countBots: boolean;
  /** Whether the browser of a request is left out of the count of a site. */
  isOptedOut?: (request: IncomingMessage, site: string) => boolean;
  trustsProxy: TrustsProxy | undefined;
  minUpdateIntervalMs: number;
  decreaseDelayMs: number;
  maxBroadcastCpu: number;
  /** How many workers there are. @default 1 */
  maxWorkers?: number;
  drainDurationMs: number;
  readinessGraceMs: number;
  store: Store;
}

export interface ResolvedCounterServerOptions extends ResolvedCountingOptions {
  operations: ResolvedOperationsOptions;
  port: number;
  host: string | undefined;
  path: string | undefined;
  transports: readonly TransportName[];
  engine: EngineName;
  /** What one connection may cost. */
  bounds: TransportBounds;
  /** What connections without a session may cost. */
  httpBounds: HttpBounds;
  /** Who may read numbers over the HTTP API. */
  access: Access;
  /** The folder of the history. */
  data: string | undefined;
  historySites: number;
  /** Whether this process is the one of several that writes files. @default true */
  isFirstProcess?: boolean;
  /** What all processes that share the port are together, once it is known. @default this process is alone */
  pool?: () => { isLeader: boolean } | undefined;
  /** Where several processes share the port. */
  answerRelay?: AnswerRelay;
  /** In a worker: metrics, webhooks and servers are those of its primary. */
  operationsRelay?: OperationsRelay;
  /** A socket to accept connections from, instead of opening `port`. */
  socket?: SharedSocket;
  /** @default DEFAULT_HEARTBEAT */
  heartbeat?: Heartbeat;
}

export interface ResolvedAttachedOptions extends ResolvedCountingOptions {
  namespace: string;
}
