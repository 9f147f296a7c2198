import * as http from '@live-online/internal/http/respond-text';

/** Answers with a line of text that nobody keeps, and that pages of other origins cannot embed. */
export const respondText: typeof http.respondText = (response, status, text, headers) =>
  http.respondText(response, status, text, { 'Cross-Origin-Resource-Policy': 'same-origin', ...headers });
