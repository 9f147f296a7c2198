import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import fresh from 'fresh';

/** Responds with JSON and an ETag of its bytes, or with 304 to a client that has them. Caches ask each time. */
export function respondJson(request: IncomingMessage, response: ServerResponse, value: unknown): void {
  respondCached(request, response, 'application/json', JSON.stringify(value));
}

/** The same for any text. */
export function respondCached(
  request: IncomingMessage,
  response: ServerResponse,
  contentType: string,
  body: string,
): void {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  response.setHeader('ETag', etag);
  // What a route has set before is stricter.
  if (!response.hasHeader('Cache-Control')) response.setHeader('Cache-Control', 'no-cache');
  // Without Cache-Control: fetch sends no-cache with each If-None-Match that a program sets.
  if (fresh({ 'if-none-match': request.headers['if-none-match'] }, { etag })) {
    response.writeHead(304);
    return void response.end();
  }
  response.writeHead(200, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(body);
}
