import type { ServerResponse } from 'node:http';
import * as http from '@live-online/internal/http/respond-text';

/** Responds with a line of text that caches must not store and that pages of other origins cannot embed. */
export const respondText: typeof http.respondText = (response, status, text, headers) =>
  http.respondText(response, status, text, { 'Cross-Origin-Resource-Policy': 'same-origin', ...headers });

export function respondMethodNotAllowed(response: ServerResponse): void {
  respondText(response, 405, 'method not allowed: use GET or HEAD', { Allow: 'GET, HEAD' });
}
