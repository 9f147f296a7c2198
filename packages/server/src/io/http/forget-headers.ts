import type { IncomingMessage } from 'node:http';

/** Drops the headers of a request whose response may last for days: they may have 16 kB. */
export function forgetHeaders(request: IncomingMessage): void {
  // Of HTTP/2 they cannot be replaced.
  if (request.httpVersionMajor < 2) Object.assign(request, { headers: {}, rawHeaders: [] });
}
