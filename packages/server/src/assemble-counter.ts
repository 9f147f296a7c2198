import { EventEmitter } from 'node:events';
import { emitWarning } from 'node:process';
import { systemClock } from '@live-online/internal/system-clock';
import { createAdmission } from './core/admission.ts';
import { Counter, type CounterObserver } from './core/counter.ts';
import { Histogram } from './core/histogram.ts';
import type { PageCounts } from './core/pages-and-tabs.ts';
import type { Clock } from './core/ports.ts';
import { isSiteKey } from './core/site-keys.ts';
import { createHandshakeGuard, type HandshakeGuard } from './io/admission/handshake-guard.ts';
import { proxyWarningsOf, type ProxyWarning } from './io/http/proxy-warnings.ts';
import type { ResolvedCountingOptions } from './options/options.ts';
import { createStats, type CounterStats } from './core/stats.ts';
import type { WebhookFailed } from './webhooks/webhook-failed.ts';

/** The events of a counter, and their arguments. */
export interface CounterEventMap {
  /** A site's total was published. */
  total: [{ site: string; total: number; stale: boolean }];
  /** A site has its first member. */
  occupied: [{ site: string }];
  /** The last member has left a site, and none has joined for `decreaseDelayMs`. */
  vacated: [{ site: string }];
  /** Totals may be old from now on, because other servers are out of reach, or are exact again. */
  stale: [{ stale: boolean; reason: string | undefined }];
  /**
   * Connections are rejected because a limit is reached; at most once a minute for each limit. `address` is `unreadable`
   * if a trusted proxy sends no address.
   */
  limit: [{ limit: string; address: string | undefined }];
  /**
   * A reverse proxy in front of the server is configured so that clients cannot connect by WebSocket, or it forwards
   * handshakes and `trustProxy` does not name it; once for each of these. `message` says what to do. Without a listener it is a warning of the process.
   */
  proxy: [{ message: string }];
  /** A webhook was not delivered, and is not tried again. */
  webhook: [WebhookFailed];
  /**
   * Something besides counting has a problem, such as a full disk. Counting goes on. `message` says what is wrong. Without
   * a listener it is a warning of the process.
   */
  warning: [{ message: string }];
}

/** Who is on a site. */
export interface SiteCount {
  /** The members, which is the total. */
  people: number;
  /** The tabs of all members. */
  tabs: number;
}

/** Reads the totals and events of a running counter. */
export interface CounterView {
  /** The members of `site` on all servers at this moment. It is exact; updates to the pages may come later. */
  total(site: string): number;
  /** The totals of all sites that have members. */
  totals(): Map<string, number>;
  /** The members of `site` on all servers at this moment, and their tabs. They are equal if clients count tabs. */
  count(site: string): SiteCount;
  /** The members on each page of `site`, on all servers, at this moment. */
  pages(site: string): PageCounts;
  /**
   * Follows all sites, not only those that have members on this server, until the returned function is called. Without
   * it, a server that shares a store knows nothing for certain about other sites.
   *
   * @returns stops following. It may be called twice.
   */
  watchAll(): () => void;
  /**
   * Whether other servers are out of reach, so that totals may be old: all of them, or that of `site`. The members of this
   * server are always counted exactly.
   */
  isStale(site?: string): boolean;
  /** A snapshot of the counters since the start. */
  stats(): CounterStats;
  /** Calls `listener` at every `event`. Returns a function that unsubscribes it. */
  on<Event extends keyof CounterEventMap>(
    event: Event,
    listener: (...details: CounterEventMap[Event]) => void,
  ): () => void;
}

/** The parts of every kind of counter server. */
export interface AssembledCounter {
  counter: Counter;
  handshakeGuard: HandshakeGuard;
  stats: CounterStats;
  /** How long after a total became due its last connection was sent it, in seconds. */
  publishLag: Histogram;
  view: CounterView;
  /** Emits the event `limit`, at most once a minute for each limit. */
  reportLimit: (limit: string, address: string | undefined) => void;
  /** Emits the event `webhook`. */
  reportWebhook: (failed: WebhookFailed) => void;
  /** Emits the event `proxy`, once for each message. */
  reportProxy: (message: string) => void;
  /** What has been reported about reverse proxies. */
  proxyWarnings: () => ProxyWarning[];
  /** Emits the event `warning`. */
  reportWarning: (message: string) => void;
}

type Events = EventEmitter<CounterEventMap>;

const LIMIT_REPORT_MS = 60_000;
/** A tick, a few of them, and times at which a number is late, in seconds. */
const PUBLISH_LAG_BOUNDS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10];

export function assembleCounter(
  options: ResolvedCountingOptions,
  clock: Clock = systemClock,
): AssembledCounter {
  const events: Events = new EventEmitter<CounterEventMap>();
  const stats = createStats();
  const admission = options.admission ?? createAdmission(options.limits);
  const reportLimit = createLimitReporter(events);
  const publishLag = new Histogram(PUBLISH_LAG_BOUNDS);
  const reportWarning = (message: string): void => {
    if (!events.emit('warning', { message })) emitWarning(message, 'CounterServerWarning');
  };
  const observer = { ...createObserver(events, stats, publishLag), warning: reportWarning };
  const counter = new Counter({ ...options, clock, random: Math.random, observer });
  const handshakeGuard = createHandshakeGuard({
    ...options,
    admission,
    stats,
    timeOfDay: Date.now,
    onLimit: reportLimit,
  });
  const { reportProxy, proxyWarnings } = createProxyReporter(events);
  return {
    counter,
    handshakeGuard,
    stats,
    publishLag,
    view: createView(counter, stats, events),
    reportLimit,
    reportProxy,
    proxyWarnings,
    reportWebhook: (failed) => void events.emit('webhook', failed),
    reportWarning,
  };
}

function createObserver(events: Events, stats: CounterStats, publishLag: Histogram): CounterObserver {
  return {
    published({ site, total, stale }, previous) {
      stats.updates++;
      if (!isSiteKey(site)) return;
      events.emit('total', { site, total, stale });
      if (previous === 0 && total > 0) events.emit('occupied', { site });
      if (previous > 0 && total === 0) events.emit('vacated', { site });
    },
    delivered: (lagMs) => publishLag.observe(lagMs / 1_000),
    stale: (stale, reason) => void events.emit('stale', { stale, reason }),
  };
}

function createLimitReporter(events: Events): AssembledCounter['reportLimit'] {
  const reportedAt = new Map<string, number>();
  return (limit, address) => {
    const now = systemClock.now();
    if (now - (reportedAt.get(limit) ?? -Infinity) < LIMIT_REPORT_MS) return;
    reportedAt.set(limit, now);
    events.emit('limit', { limit, address });
  };
}

function createProxyReporter(events: Events): Pick<AssembledCounter, 'proxyWarnings' | 'reportProxy'> {
  const reported = new Set<string>();
  return {
    proxyWarnings: () => proxyWarningsOf(reported),
    reportProxy(message) {
      if (reported.has(message)) return;
      reported.add(message);
      if (!events.emit('proxy', { message })) emitWarning(message);
    },
  };
}

function createView(counter: Counter, stats: CounterStats, events: Events): CounterView {
  return {
    total: (site) => counter.total(site),
    totals: () => counter.totals(),
    count: (site) => counter.count(site),
    pages: (site) => counter.pages(site),
    watchAll: () => counter.watchAll(),
    isStale: (site) => counter.isStale(site),
    stats: () => ({ ...stats, rejected: { ...stats.rejected }, terminated: { ...stats.terminated } }),
    on(event, listener) {
      // EventEmitter's types cannot follow a generic event name.
      events.on(event, listener as never);
      return () => void events.off(event, listener as never);
    },
  };
}
