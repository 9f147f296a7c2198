import type { IncomingMessage } from 'node:http';
import type { CounterView } from './assemble-counter.ts';
import { Operations, webhookPeersOf } from './assemble-operations.ts';
import type { Histogram } from './core/histogram.ts';
import type { Clock } from './core/ports.ts';
import type { CounterStats } from './core/stats.ts';
import { createDashboard } from './dashboard/create-dashboard.ts';
import { readAddress } from './io/admission/client-address.ts';
import type { ApiCounts } from './io/http/api/api-counts.ts';
import type { ApiRoute } from './io/http/api/api-route.ts';
import { ApiRouter } from './io/http/api/api-router.ts';
import { createSiteRoutes } from './io/http/api/site-routes.ts';
import { createBadgeRoutes } from './io/http/badge/badge-routes.ts';
import { createPagesRoutes } from './io/http/pages/pages-routes.ts';
import type { RouteGroup } from './io/http/route.ts';
import { createOperationsRoutes } from './io/http/operations-routes.ts';
import type { ResolvedCounterServerOptions } from './options/options.ts';
import type { WebhookFailed } from './webhooks/webhook-failed.ts';

/** What the parts around the counter are given. */
export interface ProductParts {
  options: ResolvedCounterServerOptions;
  clock: Clock;
  /** The live statistics of this process. */
  stats: CounterStats;
  view: CounterView;
  /** The members on this process. */
  members: () => number;
  publishLag: Histogram;
  reportWebhook: (failed: WebhookFailed) => void;
  /** Migrates all members, then closes the server. */
  drain: () => Promise<void>;
}

/** The parts around the counter: the HTTP API, and what is built on it. */
export interface Product {
  routes: readonly RouteGroup[];
  /** Called once, when the store is open. */
  start(): Promise<void>;
  /** The URL of the metrics, if they have a port of their own and it is open. */
  readonly metricsUrl: string | undefined;
  /** Called before the store is closed. May be called twice, and without `start`. */
  close(): Promise<void>;
}

/** Puts together what a server offers besides counting. It does nothing before `start`. */
export function createProduct(parts: ProductParts): Product {
  const { options, clock, view } = parts;
  const { access, sites, trustsProxy, countLoopback } = options;
  const counts = createCounts(view);
  const addressOf = (request: IncomingMessage): string | undefined =>
    readAddress(request, trustsProxy, countLoopback);
  const now = (): number => clock.now();
  const operations = createOperations(parts);
  /** Each part adds its routes below `v1/`. */
  const apiRoutes: ApiRoute[] = [
    ...createSiteRoutes(counts),
    ...createBadgeRoutes(counts),
    ...createOperationsRoutes(operations),
  ];
  const api = new ApiRouter({
    routes: apiRoutes,
    access,
    sites,
    addressOf,
    now,
  });
  return {
    routes: [
      { prefixes: { 'v1/': (request, response, rest) => api.handle(request, response, rest) } },
      createPagesRoutes(),
      { exact: { metrics: (request, response) => api.handle(request, response, 'metrics') } },
      createDashboard({ access, addressOf, now }),
    ],
    start: () => operations.start(),
    get metricsUrl() {
      return operations.metricsUrl;
    },
    close: () => operations.close(),
  };
}

function createOperations({ options, members, publishLag, ...parts }: ProductParts): Operations {
  const { store, operationsRelay: relay } = options;
  return new Operations({
    ...parts,
    options: options.operations,
    members,
    publishLag: () => publishLag.snapshot(),
    store,
    peers: () => webhookPeersOf(store),
    isLeader: () => store.isLeader?.() ?? true,
    onWebhookFailed: parts.reportWebhook,
    relay,
  });
}

function createCounts(view: CounterView): ApiCounts {
  return {
    count(site) {
      const people = view.total(site);
      return { people, tabs: people };
    },
    sites: () => view.totals().keys(),
    isStale: (site) => view.isStale(site),
  };
}
