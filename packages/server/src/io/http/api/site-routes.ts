import type { ApiCounts } from './api-counts.ts';
import type { ApiRoute } from './api-route.ts';
import { respondJson } from './respond-json.ts';

/** The routes about one site. */
export function createSiteRoutes(counts: ApiCounts): ApiRoute[] {
  return [
    {
      method: 'GET',
      path: 'sites/{site}',
      access: 'site',
      handle: ({ request, response, site }) =>
        respondJson(request, response, {
          site,
          ...counts.count(site),
          stale: counts.isStale(site),
          since: null,
          peak: { today: null, allTime: null },
        }),
    },
  ];
}
