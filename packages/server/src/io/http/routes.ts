import { healthRoute, readyRoute } from './health.ts';
import { respondText } from '@live-online/internal/http/respond-text';
import type { Route, RouteTable } from './route.ts';
import { scriptRoute } from './script.ts';

/**
 * All routes of the counter. They are read-only.
 *
 * @param isReady whether the server accepts new connections.
 */
export function createRoutes(isReady: () => boolean): RouteTable {
  const script = scriptRoute();
  const routes: Record<string, Route> = {
    '': script,
    'live-online.js': script,
    healthz: healthRoute,
    readyz: readyRoute(isReady),
  };
  return new Map(Object.entries(routes).map(([path, route]) => [path, readOnly(route)]));
}

function readOnly(route: Route): Route {
  return (request, response) => {
    if (request.method === 'GET' || request.method === 'HEAD') return route(request, response);
    response.setHeader('Allow', 'GET, HEAD');
    respondText(response, 405, 'only GET and HEAD are answered here');
  };
}
