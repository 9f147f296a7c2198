import { createHash } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import fresh from 'fresh';

const HEADERS: OutgoingHttpHeaders = {
  'X-Content-Type-Options': 'nosniff',
  // An SVG that is opened by itself is a document.
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
  // Any page may embed it, including isolated ones (COEP).
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

/**
 * Responds with an SVG badge. Image proxies, such as GitHub's, keep an image for hours unless it says `no-cache`. By the
 * ETag they, and browsers, ask whether the image has changed.
 */
export function respondWithBadge(request: IncomingMessage, response: ServerResponse, svg: string): void {
  const { authorization, cookie } = request.headers;
  // What a client may read by its token or session, a shared cache must not keep.
  const isPersonal = authorization !== undefined || cookie !== undefined;
  const etag = `"${createHash('sha256').update(svg).digest('base64url').slice(0, 22)}"`;
  const headers = {
    ...HEADERS,
    'Cache-Control': isPersonal ? 'private, no-cache, max-age=0' : 'no-cache, max-age=0',
    ETag: etag,
  };
  if (fresh(request.headers, { etag })) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  response.writeHead(200, {
    ...headers,
    'Content-Type': 'image/svg+xml; charset=utf-8',
    'Content-Length': Buffer.byteLength(svg),
  });
  response.end(svg);
}
