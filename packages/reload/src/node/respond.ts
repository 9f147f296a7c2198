import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import * as http from '@live-online/internal/http/respond-text';

/** Answers with a line of text that nobody keeps, and that pages of other origins cannot embed. */
export function respondText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: OutgoingHttpHeaders = {},
): void {
  http.respondText(response, status, text, { 'Cross-Origin-Resource-Policy': 'same-origin', ...headers });
}
