import type { IncomingMessage, ServerResponse } from 'node:http';
import { queryOf } from '@live-online/internal/http/request-path';
import type { ApiCounts } from '../api/api-counts.ts';
import type { ApiRoute } from '../api/api-route.ts';
import { respondProblem } from '../api/problem.ts';
import { respondCached } from '../api/respond-json.ts';
import { respondLater } from '../api/respond-later.ts';
import { respondWithPageFile } from '../pages/page-files.ts';
import type { Route } from '../route.ts';
import { problemsOfLiveBadge, readBadgeLook, readSampleLook, type BadgeLook } from './badge-look.ts';
import { renderBadge, type BadgeReading } from './render-badge.ts';

/** Any page may have the frame, so `frame-ancestors` is absent. It loads nothing but its own files and numbers. */
const FRAME_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'";

/** The badges of a site: an image, and a page for frames. */
export function createBadgeRoutes(counts: ApiCounts): ApiRoute[] {
  return [
    {
      method: 'GET',
      path: 'sites/{site}/badge.svg',
      access: 'site',
      handle({ request, response, site }) {
        const read = readBadgeLook(queryOf(request));
        if ('problems' in read) return respondQueryProblem(response, read.problems);
        const number = counts.count(site)[read.look.count];
        respondWithBadge(request, response, read.look, { number, stale: counts.isStale(site) });
      },
      doc: {
        summary: 'The number as an SVG image. The embed page shows its parameters.',
        query: Object.fromEntries(
          ['label', 'color', 'labelColor', 'style', 'count'].map((name) => [name, { type: 'string' }]),
        ),
        contentType: 'image/svg+xml',
        schema: { type: 'string' },
      },
    },
    {
      method: 'GET',
      path: 'sites/{site}/badge.html',
      access: 'site',
      handle({ request, response }) {
        const problems = problemsOfLiveBadge(queryOf(request));
        if (problems.length > 0) return respondQueryProblem(response, problems);
        respondWithPageFile(request, response, 'badge.html', {
          'Content-Security-Policy': FRAME_POLICY,
          'Referrer-Policy': 'no-referrer',
          // Isolated pages accept isolated frames only.
          'Cross-Origin-Embedder-Policy': 'require-corp',
          'Cross-Origin-Resource-Policy': 'cross-origin',
        });
      },
      doc: {
        summary: 'A page for frames that shows the number live.',
        contentType: 'text/html',
        schema: { type: 'string' },
      },
    },
  ];
}

/** A badge with the number of its query, for previews. */
export const sampleBadgeRoute: Route = (request, response) => {
  const read = readSampleLook(queryOf(request));
  if ('problems' in read) return respondQueryProblem(response, read.problems);
  respondWithBadge(request, response, read.look, { number: read.look.number, stale: false });
};

/** Image proxies, such as GitHub's, keep an image for hours unless it has `no-cache`. They ask again by its ETag. */
function respondWithBadge(
  request: IncomingMessage,
  response: ServerResponse,
  look: BadgeLook,
  reading: BadgeReading,
): void {
  respondLater(
    response,
    renderBadge(look, reading),
    (svg) => {
      if (!response.hasHeader('Cache-Control')) response.setHeader('Cache-Control', 'no-cache, max-age=0');
      // An SVG that is opened by itself is a document.
      response.setHeader('Content-Security-Policy', "default-src 'none'");
      respondCached(request, response, 'image/svg+xml; charset=utf-8', svg);
    },
    () => respondProblem(response, 500, 'badge-failed', 'the badge could not be drawn'),
  );
}

function respondQueryProblem(response: ServerResponse, problems: readonly string[]): void {
  respondProblem(response, 400, 'query-invalid', problems.join('; '));
}
