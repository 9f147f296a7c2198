import { respondText } from '@live-online/internal/http/respond-text';
import { sampleBadgeRoute } from '../badge/badge-routes.ts';
import type { Route, RouteGroup } from '../route.ts';
import { respondWithPageFile } from './page-files.ts';

const OWN_FILES =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'";

/** The embed page has its previews in frames, and asks whether a site's badge is public. */
const EMBED_POLICY = `${OWN_FILES}; connect-src 'self'; frame-src 'self'; frame-ancestors 'none'`;
/** A preview connects to nothing: it must not be counted. */
const PREVIEW_POLICY = `${OWN_FILES}; frame-ancestors 'self'`;

function page(name: string, policy: string): Route {
  return (request, response) =>
    respondWithPageFile(request, response, name, {
      'Content-Security-Policy': policy,
      'Referrer-Policy': 'no-referrer',
    });
}

/** Scripts and style sheets: also for frames in isolated pages (COEP), which are of another origin. */
function asset(name: string): Route {
  return (request, response) =>
    respondWithPageFile(request, response, name, { 'Cross-Origin-Resource-Policy': 'cross-origin' });
}

/** The page `embed`, and the files below `pages/` that it and the frames of badges load. */
export function createPagesRoutes(): RouteGroup {
  const names = [
    'icon.svg',
    'embed.js',
    'embed.css',
    'preview.js',
    'preview-element.js',
    'preview.css',
    'live-badge.js',
    'live-badge.css',
    'badge.css',
  ];
  const files = new Map<string, Route>(names.map((name) => [name, asset(name)]));
  files.set('preview.html', page('preview.html', PREVIEW_POLICY));
  files.set('sample.svg', sampleBadgeRoute);
  const serve = (route: Route | undefined): Route => {
    return (request, response) => {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        return respondText(response, 405, 'only GET and HEAD are answered here', { Allow: 'GET, HEAD' });
      }
      return route ? route(request, response) : respondText(response, 404, 'not found');
    };
  };
  return {
    exact: { embed: serve(page('embed.html', EMBED_POLICY)) },
    prefixes: { 'pages/': (request, response, rest) => serve(files.get(rest))(request, response) },
  };
}
