import type { IncomingMessage, ServerResponse } from 'node:http';
import { systemClock } from '@live-online/internal/system-clock';
import type { CounterView } from './assemble-counter.ts';
import { assembleHistory, type HistoryParts } from './assemble-history.ts';
import { Operations, webhookPeersOf } from './assemble-operations.ts';
import { assembleServers, type ServersParts } from './assemble-servers.ts';
import type { SitePeaks } from './core/samples.ts';
import type { Histogram } from './core/histogram.ts';
import type { CounterStats } from './core/stats.ts';
import { createDashboard } from './dashboard/create-dashboard.ts';
import { readAddress } from './io/admission/client-address.ts';
import { createAccessRoutes } from './io/http/api/access-routes.ts';
import { createAdminRoutes } from './io/http/api/admin-routes.ts';
import type { ApiCounts } from './io/http/api/api-counts.ts';
import type { ApiRoute } from './io/http/api/api-route.ts';
import { ApiRouter } from './io/http/api/api-router.ts';
import { createOpenApiRoute } from './io/http/api/open-api.ts';
import { createSiteRoutes } from './io/http/api/site-routes.ts';
import { SiteStreams } from './io/http/api/site-streams.ts';
import { createBadgeRoutes } from './io/http/badge/badge-routes.ts';
import { createOptOutRoute } from './io/http/opt-out-route.ts';
import { createPagesRoutes } from './io/http/pages/pages-routes.ts';
import type { ProxyWarning } from './io/http/proxy-warnings.ts';
import type { RouteGroup } from './io/http/route.ts';
import { createOperationsRoutes } from './io/http/operations-routes.ts';
import { backgroundClock } from './lifecycle/background-clock.ts';
import type { ResolvedCounterServerOptions } from './options/options.ts';
import { readPackageVersion } from './package-version.ts';
import type { WebhookFailed } from './webhooks/webhook-failed.ts';

/** What the parts around the counter are given. */
export interface ProductParts {
  options: ResolvedCounterServerOptions;
  /** The live statistics of this process. */
  stats: CounterStats;
  view: CounterView;
  /** The members on this process. */
  members: () => number;
  publishLag: Histogram;
  reportWebhook: (failed: WebhookFailed) => void;
  proxyWarnings: () => ProxyWarning[];
  /** Migrates all members, then closes the server. */
  drain: () => Promise<void>;
  /** A response lasts: it is no request that waits for its response, until it ends. */
  hold: (request: IncomingMessage, response: ServerResponse) => void;
  /** Reports a problem that does not touch counting. */
  warn: (message: string) => void;
}

/** The parts around the counter: the HTTP API, and what is built on it. */
export interface Product {
  routes: readonly RouteGroup[];
  /** Called once, when the store is open. */
  start(): Promise<void>;
  /** The URL of the metrics, if they have a port of their own and it is open. */
  readonly metricsUrl: string | undefined;
  /** Ends open streams, and rejects new ones. */
  lock(): void;
  /** Called before the store is closed. May be called twice, and without `start`. */
  close(): Promise<void>;
}

/** Puts together what a server offers besides counting. It does nothing before `start`. */
export function createProduct(parts: ProductParts): Product {
  const { options, view, hold } = parts;
  const { access, sites, trustsProxy, countLoopback, data } = options;
  const { now } = clock;
  const { history, ...recording } = createHistory(parts, (peaks) => operations.addEarlierPeaks(peaks));
  const operations = createOperations(parts, history);
  const counts = createCounts(view);
  const addressOf = (request: IncomingMessage): string | undefined =>
    readAddress(request, trustsProxy, countLoopback);
  const random = Math.random;
  const streams = new SiteStreams({ counts, clock, timeOfDay: Date.now, random, addressOf, onOpen: hold });
  const { servers, ...describing } = createServers(parts);
  /** Each part adds its routes below `v1/`. */
  const apiRoutes: ApiRoute[] = [
    ...createSiteRoutes({ counts, history }),
    streams.route,
    ...createBadgeRoutes(counts),
    ...createAccessRoutes(access),
    ...createAdminRoutes({ counts, history, servers, now }),
    ...createOperationsRoutes(operations),
  ];
  const routes = [...apiRoutes, createOpenApiRoute(apiRoutes, readPackageVersion())];
  const api = new ApiRouter({ routes, access, sites, addressOf, now });
  const isUsed = access.isEnabled || data !== undefined;
  let stopWatching = (): void => {};
  return {
    routes: [
      { prefixes: { 'v1/': (request, response, rest) => api.handle(request, response, rest) } },
      createPagesRoutes(),
      { exact: { 'opt-out': createOptOutRoute(access, sites) } },
      { exact: { metrics: (request, response) => api.handle(request, response, 'metrics') } },
      createDashboard({ access, addressOf, now }),
    ],
    async start() {
      await operations.start();
      describing.start(isUsed);
      // What can never be read costs nothing.
      if (!isUsed) return;
      stopWatching = view.watchAll();
      recording.start();
    },
    get metricsUrl() {
      return operations.metricsUrl;
    },
    lock: () => streams.close(),
    async close() {
      streams.close();
      await Promise.all([recording.close(), operations.close()]);
      describing.close();
      stopWatching();
    },
  };
}

const clock = backgroundClock;

function createHistory(
  { options, view, warn }: ProductParts,
  onPeaks: (peaks: SitePeaks) => void,
): HistoryParts {
  const { data, historySites, isFirstProcess: isFirst = true, store } = options;
  return assembleHistory({
    view,
    clock,
    data,
    store,
    maxSites: historySites,
    isFirst,
    isLeader: () => (options.pool ? (options.pool()?.isLeader ?? false) : (store.isLeader?.() ?? true)),
    onPeaks,
    // All workers have the same problem.
    warn: isFirst ? warn : () => {},
  });
}

function createOperations(
  { options, members, publishLag, ...parts }: ProductParts,
  history: HistoryParts['history'],
): Operations {
  const { store, operationsRelay: relay } = options;
  return new Operations({
    ...parts,
    clock: systemClock,
    options: options.operations,
    members,
    publishLag: () => publishLag.snapshot(),
    store,
    peers: () => webhookPeersOf(store),
    isLeader: () => store.isLeader?.() ?? true,
    earlierPeak: (site) => history.peaks(site).allTime?.people ?? 0,
    onWebhookFailed: parts.reportWebhook,
    relay,
  });
}

function createCounts(view: CounterView): ApiCounts {
  return {
    count: view.count,
    pages: view.pages,
    sites: () => view.totals().keys(),
    isStale: (site) => view.isStale(site),
    onTotal: (listener) => view.on('total', ({ site }) => listener(site)),
  };
}

function createServers({ options, proxyWarnings, stats, view, drain }: ProductParts): ServersParts {
  const { operationsRelay, store } = options;
  return assembleServers({
    clock,
    store: () => store,
    relay: operationsRelay?.servers,
    name: () => store.server,
    kind: store.kind,
    stats: () => stats,
    isStale: () => view.isStale(),
    proxyWarnings,
    drain: () => void drain(),
  });
}
