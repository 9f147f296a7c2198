import { readFileSync } from 'node:fs';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Status } from './status-log.ts';
import { STATUS_PAGE, STATUS_STYLE } from './status-page.ts';

/** Responds to a request for the page of the status, or a part of it. Returns `false` for all other paths. */
export type StatusRoutes = (path: string, request: IncomingMessage, response: ServerResponse) => boolean;

/** Only files of the tool, no code in HTML, and no frame of any page. */
const HEADERS: OutgoingHttpHeaders = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Frame-Options': 'DENY',
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
};

/** @param snapshot returns what the page shows now. */
export function createStatusRoutes(snapshot: () => Status): StatusRoutes {
  const parts: Readonly<Record<string, readonly [type: string, body: () => string]>> = {
    '': ['text/html', () => STATUS_PAGE],
    'status.css': ['text/css', () => STATUS_STYLE],
    'status.js': ['text/javascript', readScript],
    'status.json': ['application/json', () => JSON.stringify(snapshot())],
  };
  return (path, request, response) => {
    const part = Object.hasOwn(parts, path) ? parts[path] : undefined;
    if (!part) return false;
    const body = Buffer.from(part[1]());
    response.writeHead(200, {
      ...HEADERS,
      'Content-Type': `${part[0]}; charset=utf-8`,
      'Content-Length': body.length,
    });
    response.end(request.method === 'HEAD' ? undefined : body);
    return true;
  };
}

let script: string | undefined;

function readScript(): string {
  const manifest = createRequire(import.meta.url).resolve('@live-online/reload/package.json');
  return (script ??= readFileSync(join(dirname(manifest), 'dist', 'status.js'), 'utf8'));
}
