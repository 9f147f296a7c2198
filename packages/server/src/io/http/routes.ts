import type { IncomingMessage } from 'node:http';
import { respondText } from '@live-online/internal/http/respond-text';
import { healthRoute, readyRoute } from './health.ts';
import type { Route, RouteTable } from './route.ts';
import { immutableScriptRoute, scriptRoute } from './script.ts';
import { readWidgetScript } from './widget-script.ts';

export interface RoutesOptions {
  /** Whether the server accepts new connections. */
  isReady: () => boolean;
  /** The route of server-sent events. */
  events: Route;
  /** The value of the header `Server-Timing` of the script. */
  firstTotal: (request: IncomingMessage) => string | undefined;
}

/** All routes of the counter. All but that of events are read-only. */
export function createRoutes({ isReady, events, firstTotal }: RoutesOptions): RouteTable {
  const script = scriptRoute(firstTotal);
  const routes: Record<string, Route> = {
    '': script,
    'live-online.js': script,
    [readWidgetScript().immutableName]: immutableScriptRoute,
    healthz: healthRoute,
    readyz: readyRoute(isReady),
  };
  const table = new Map(Object.entries(routes).map(([path, route]) => [path, readOnly(route)]));
  table.set('events', events);
  return { get: (path) => table.get(path) ?? (OTHER_VERSION.test(path) ? otherVersion : undefined) };
}

/** The script with the hash of another version. */
const OTHER_VERSION = /^live-online\.[\da-f]{16}\.js$/;

const otherVersion: Route = (_request, response) =>
  respondText(response, 404, 'this version of the script is not served: the current one is live-online.js');

function readOnly(route: Route): Route {
  return (request, response) => {
    if (request.method === 'GET' || request.method === 'HEAD') return route(request, response);
    response.setHeader('Allow', 'GET, HEAD');
    respondText(response, 405, 'only GET and HEAD are answered here');
  };
}
