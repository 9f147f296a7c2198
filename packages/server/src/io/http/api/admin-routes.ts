import type { ServerResponse } from 'node:http';
import type { ApiCounts } from './api-counts.ts';
import type { ApiHistory, ApiServers, DrainResult } from './api-ports.ts';
import type { ApiRoute } from './api-route.ts';
import {
  count,
  flag,
  listOf,
  objectOf,
  siteName,
  stale,
  text,
  time,
  type JsonSchema,
} from './json-schema.ts';
import { respondProblem } from './problem.ts';
import { respondJson } from './respond-json.ts';
import { respondLater } from './respond-later.ts';

export interface AdminRoutesOptions {
  counts: ApiCounts;
  history: ApiHistory;
  servers: ApiServers;
  /** In ms, of a monotonic clock. */
  now: () => number;
}

/** The routes for the admin: about all sites, and the servers. */
export function createAdminRoutes(options: AdminRoutesOptions): ApiRoute[] {
  const { servers } = options;
  return [sitesRoute(options), serversRoute(servers), drainRoute(servers), statsRoute(servers)];
}

interface SiteRow {
  site: string;
  people: number;
  tabs: number;
  stale: boolean;
  peakToday: number | null;
  peakAllTime: number | null;
  /** Empty for a site without a history. */
  trend: number[];
}

/** How long the list of sites is used again, in ms: several dashboards read it at the same time. */
const LIST_MS = 1_000;

function sitesRoute({ counts, history, now }: AdminRoutesOptions): ApiRoute {
  let list: { sites: SiteRow[] } | undefined;
  let listedAt = -Infinity;
  return {
    method: 'GET',
    path: 'sites',
    access: 'admin',
    handle({ request, response }) {
      if (!list || now() - listedAt >= LIST_MS) {
        list = { sites: listSites(counts, history) };
        listedAt = now();
      }
      respondJson(request, response, list);
    },
    doc: {
      summary: 'All sites that have people or a history, the fullest first. It is at most a second old.',
      schema: objectOf({
        sites: listOf(
          objectOf({
            site: siteName,
            people: count,
            tabs: count,
            stale,
            peakToday: { type: ['integer', 'null'] },
            peakAllTime: { type: ['integer', 'null'] },
            trend: listOf(
              { type: 'number', minimum: 0 },
              'The people in each of the last 60 minutes, oldest first. Empty for a site without a history.',
            ),
          }),
        ),
      }),
    },
  };
}

function listSites(counts: ApiCounts, history: ApiHistory): SiteRow[] {
  const recorded = new Set(history.sites());
  return [...new Set([...counts.sites(), ...recorded])]
    .map((site) => {
      const { today, allTime } = history.peaks(site);
      const { people, tabs } = counts.count(site);
      const trend = recorded.has(site) ? history.trend(site) : [];
      const peaks = { peakToday: today?.people ?? null, peakAllTime: allTime?.people ?? null };
      return { site, people, tabs, stale: counts.isStale(site), ...peaks, trend };
    })
    .sort((a, b) => b.people - a.people || (a.site < b.site ? -1 : 1));
}

function serversRoute(servers: ApiServers): ApiRoute {
  return {
    method: 'GET',
    path: 'servers',
    access: 'admin',
    handle({ request, response }) {
      respondLater(response, servers.list(), (list) => respondJson(request, response, { servers: list }));
    },
    doc: {
      summary:
        'All servers that share the store, whichever of them answers. The workers of one machine are one server.',
      schema: objectOf({
        servers: listOf(
          objectOf({
            name: text,
            version: text,
            since: time,
            connections: count,
            eventLoopDelayMs: { type: 'number', minimum: 0 },
            store: { enum: ['memory', 'redis'] },
            processes: { type: 'integer', minimum: 1, description: 'With workers, these and their primary.' },
            stale: { ...flag, description: 'Whether its totals may be old.' },
            silent: { ...flag, description: 'Whether it does not answer: the rest is its last answer.' },
            warnings: listOf(
              text,
              'What is wrong in the configuration of a reverse proxy in front of it, and what to do.',
            ),
            isSelf: { ...flag, description: 'Whether it is the server that answers.' },
          }),
        ),
      }),
    },
  };
}

function drainRoute(servers: ApiServers): ApiRoute {
  return {
    method: 'POST',
    path: 'servers/{name}/drain',
    access: 'admin',
    handle({ response, params }) {
      respondLater(response, servers.drain(params['name']!), (result) => respondDrain(response, result));
    },
    doc: {
      summary: 'Migrates the members of a server to the others, then ends it. Any server takes the request.',
      status: 202,
    },
  };
}

function respondDrain(response: ServerResponse, result: DrainResult): void {
  if (result === 'unknown') {
    return respondProblem(response, 404, 'server-unknown', 'no server has this name');
  }
  if (result === 'silent') {
    return respondProblem(response, 503, 'server-silent', 'the server has not confirmed that it drains');
  }
  response.writeHead(202, { 'Content-Length': 0, 'Cache-Control': 'no-store' });
  response.end();
}

const reasons: JsonSchema = { type: 'object', additionalProperties: count };

function statsRoute(servers: ApiServers): ApiRoute {
  return {
    method: 'GET',
    path: 'stats',
    access: 'admin',
    handle({ request, response }) {
      respondLater(response, servers.stats(), (stats) => respondJson(request, response, stats));
    },
    doc: {
      summary: 'What all servers that run have counted since their starts.',
      schema: {
        type: 'object',
        required: ['connections', 'updates', 'messages', 'rejected', 'terminated'],
        properties: { rejected: reasons, terminated: reasons },
        additionalProperties: count,
      },
    },
  };
}
