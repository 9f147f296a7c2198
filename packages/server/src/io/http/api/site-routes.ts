import { RANGES, type Peak, type Range } from '../../../core/samples.ts';
import type { ApiCounts } from './api-counts.ts';
import type { ApiHistory } from './api-ports.ts';
import type { ApiRoute } from './api-route.ts';
import { count, listOf, objectOf, orNull, peak, siteName, stale, text, time } from './json-schema.ts';
import { respondProblem } from './problem.ts';
import { respondJson } from './respond-json.ts';

export interface SiteRoutesOptions {
  counts: ApiCounts;
  history: ApiHistory;
}

/** The routes about one site. */
export function createSiteRoutes({ counts, history }: SiteRoutesOptions): ApiRoute[] {
  return [siteRoute(counts, history), pagesRoute(counts), historyRoute(history)];
}

function siteRoute(counts: ApiCounts, history: ApiHistory): ApiRoute {
  return {
    method: 'GET',
    path: 'sites/{site}',
    access: 'site',
    handle({ request, response, site }) {
      const { today, allTime } = history.peaks(site);
      const since = history.since(site);
      const { people, tabs } = counts.count(site);
      respondJson(request, response, {
        site,
        people,
        tabs,
        stale: counts.isStale(site),
        since: since === undefined ? null : isoOf(since),
        peak: { today: withIsoTime(today), allTime: withIsoTime(allTime) },
      });
    },
    doc: {
      summary: 'How many people are on a site now, and its peaks. Days begin at midnight UTC.',
      schema: objectOf({
        site: siteName,
        people: count,
        tabs: count,
        stale,
        since: { ...orNull(time), description: 'When the history of the site begins.' },
        peak: objectOf({ today: peak, allTime: peak }),
      }),
    },
  };
}

function pagesRoute(counts: ApiCounts): ApiRoute {
  return {
    method: 'GET',
    path: 'sites/{site}/pages',
    access: 'site',
    handle({ request, response, site }) {
      const { pages, other } = counts.pages(site);
      const sorted = [...pages].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
      respondJson(request, response, {
        site,
        stale: counts.isStale(site),
        pages: sorted.map(([path, people]) => ({ path, people })),
        other,
      });
    },
    doc: {
      summary: 'How many people are on each page of a site, the fullest first.',
      schema: objectOf({
        site: siteName,
        stale,
        pages: listOf(objectOf({ path: text, people: count })),
        other: { ...count, description: 'The people on all paths past the first 1,000.' },
      }),
    },
  };
}

function historyRoute(history: ApiHistory): ApiRoute {
  return {
    method: 'GET',
    path: 'sites/{site}/history',
    access: 'site',
    handle({ request, response, site, query }) {
      const range = query.get('range') ?? '24h';
      if (!isRange(range)) {
        return respondProblem(response, 400, 'range-unknown', `range must be one of ${RANGES.join(', ')}`);
      }
      respondJson(request, response, { site, range, ...history.samples(site, range) });
    },
    doc: {
      summary:
        'How many people were on a site, in steps of a minute (15m, 24h), an hour (30d) or a day (2y).',
      query: { range: { enum: RANGES, default: '24h' } },
      schema: objectOf({
        site: siteName,
        range: { enum: RANGES },
        stepSeconds: count,
        samples: listOf(
          {
            type: 'array',
            prefixItems: [count, count, { type: 'number', minimum: 0 }, count],
            minItems: 4,
            maxItems: 4,
            description: 'When the step begins, in seconds since 1970; the lowest, mean and highest number.',
          },
          'The oldest first. Steps in which no server ran are absent.',
        ),
      }),
    },
  };
}

function isRange(text: string): text is Range {
  return (RANGES as readonly string[]).includes(text);
}

function withIsoTime(peak: Peak | null): { people: number; at: string } | null {
  return peak && { people: peak.people, at: isoOf(peak.at) };
}

function isoOf(unixSeconds: number): string {
  return new Date(unixSeconds * 1_000).toISOString();
}
