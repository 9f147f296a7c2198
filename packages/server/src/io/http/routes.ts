import { healthRoute, readyRoute } from './health.ts';
import { respondText } from '@live-online/internal/http/respond-text';
import type { Route, RouteTable } from './route.ts';
import { scriptRoute } from './script.ts';

export interface RoutesOptions {
  /** Whether the server accepts new connections. */
  isReady: () => boolean;
  /** The route of server-sent events. */
  events: Route;
}

/** All routes of the counter. All but that of events are read-only. */
export function createRoutes({ isReady, events }: RoutesOptions): RouteTable {
  const script = scriptRoute();
  const routes: Record<string, Route> = {
    '': script,
    'live-online.js': script,
    healthz: healthRoute,
    readyz: readyRoute(isReady),
  };
  const table = new Map(Object.entries(routes).map(([path, route]) => [path, readOnly(route)]));
  return table.set('events', events);
}

function readOnly(route: Route): Route {
  return (request, response) => {
    if (request.method === 'GET' || request.method === 'HEAD') return route(request, response);
    response.setHeader('Allow', 'GET, HEAD');
    respondText(response, 405, 'only GET and HEAD are answered here');
  };
}
