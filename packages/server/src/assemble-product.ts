import type { IncomingMessage } from 'node:http';
import type { CounterView } from './assemble-counter.ts';
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
import type { ResolvedCounterServerOptions } from './options/options.ts';

/** What the parts around the counter are given. */
export interface ProductParts {
  options: ResolvedCounterServerOptions;
  clock: Clock;
  /** The live statistics of this process. */
  stats: CounterStats;
  view: CounterView;
  /** Migrates all members, then closes the server. */
  drain: () => Promise<void>;
}

/** The parts around the counter: the HTTP API, and what is built on it. */
export interface Product {
  routes: readonly RouteGroup[];
  /** Called once, when the store is open. */
  start(): void;
  /** Called before the store is closed. May be called twice, and without `start`. */
  close(): Promise<void>;
}

/** Puts together what a server offers besides counting. It does nothing before `start`. */
export function createProduct({ options, clock, view }: ProductParts): Product {
  const { access, sites, trustsProxy, countLoopback } = options;
  const counts = createCounts(view);
  /** Each part adds its routes below `v1/`. */
  const apiRoutes: ApiRoute[] = [...createSiteRoutes(counts), ...createBadgeRoutes(counts)];
  const addressOf = (request: IncomingMessage): string | undefined =>
    readAddress(request, trustsProxy, countLoopback);
  const now = (): number => clock.now();
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
      createDashboard({ access, addressOf, now }),
    ],
    start() {},
    async close() {},
  };
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
