import type { IncomingMessage } from 'node:http';
import { respondText } from '@live-online/internal/http/respond-text';
import { healthRoute, readyRoute } from './health.ts';
import type { PrefixRoute, Route, RouteGroup, RouteTable } from './route.ts';
import { immutableScriptRoute, scriptRoute, secondFileRoute } from './script.ts';
import { readWidgetScript, widgetFiles } from './widget-script.ts';

export interface RoutesOptions {
  /** Whether the server accepts new connections. */
  isReady: () => boolean;
  /** The route of server-sent events. */
  events: Route;
  /** The value of the header `Server-Timing` of the script. */
  firstTotal: (request: IncomingMessage) => string | undefined;
  /** The routes of the parts around the counter. */
  groups: readonly RouteGroup[];
}

/** All routes of the counter. Its own routes are read-only, except that of events. */
export function createRoutes({ isReady, events, firstTotal, groups }: RoutesOptions): RouteTable {
  const script = scriptRoute(firstTotal);
  const routes: Record<string, Route> = {
    '': script,
    'live-online.js': script,
    'live-online.more.js': secondFileRoute(),
    healthz: healthRoute,
    readyz: readyRoute(isReady),
  };
  for (const file of widgetFiles) routes[readWidgetScript(file).immutableName] = immutableScriptRoute(file);
  const table = new Map(Object.entries(routes).map(([path, route]) => [path, readOnly(route)]));
  table.set('events', events);
  const prefixes = new Map<string, PrefixRoute>();
  for (const group of groups) {
    for (const [path, route] of Object.entries(group.exact ?? {})) table.set(path, route);
    for (const [prefix, route] of Object.entries(group.prefixes ?? {})) prefixes.set(prefix, route);
  }
  return {
    get: (path) =>
      table.get(path) ?? routeBelow(prefixes, path) ?? (OTHER_VERSION.test(path) ? otherVersion : undefined),
  };
}

function routeBelow(prefixes: ReadonlyMap<string, PrefixRoute>, path: string): Route | undefined {
  const length = path.indexOf('/') + 1;
  const route = length > 0 ? prefixes.get(path.slice(0, length)) : undefined;
  return route && ((request, response) => route(request, response, path.slice(length)));
}

/** The script with the hash of another version. */
const OTHER_VERSION = /^live-online(\.more)?\.[\da-f]{16}\.js$/;

const otherVersion: Route = (_request, response) =>
  respondText(response, 404, 'this version of the script is not served: the current one is live-online.js');

function readOnly(route: Route): Route {
  return (request, response) => {
    if (request.method === 'GET' || request.method === 'HEAD') return route(request, response);
    response.setHeader('Allow', 'GET, HEAD');
    respondText(response, 405, 'only GET and HEAD are answered here');
  };
}
