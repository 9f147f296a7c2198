import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ContentVersion } from '@live-online/protocol';
import { respondText } from './respond.ts';
import type { ServedDocuments } from '../injection/served-documents.ts';

/** Below this path everything is the tool's own. */
export const BASE = '/__live-online/';
export const SCRIPT_URL: string = `${BASE}client.js`;
export const SOCKET_PATH: string = `${BASE}socket.io/`;

/** The configuration that the script brings to the client in the page. */
export interface ClientConfig {
  token: string;
  /** The address of `BASE`, absolute where pages do not come through this server. */
  base: string;
  reloadOnly: boolean;
  serves: boolean;
  version?: string;
}

export interface ClientRoutesOptions {
  token: string;
  reloadOnly: boolean;
  /** Whether pages come through this server; otherwise the script lies at `/`, for pages of others to embed. */
  serves: boolean;
  documents: ServedDocuments;
  version: () => ContentVersion;
}

/** Answers what lies below `BASE`, and returns whether it did. */
export type ClientRoutes = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Stands in the built script where the configuration goes. */
const PLACEHOLDER = /(["'`])__LIVE_ONLINE_CONFIG__\1/;

export function createClientRoutes(options: ClientRoutesOptions): ClientRoutes {
  const { serves, documents } = options;
  const resourcePolicy = serves ? 'same-origin' : 'cross-origin';

  function answer(path: string, request: IncomingMessage, response: ServerResponse): void {
    if (path === 'client.js') return sendScript(request, response);
    // Pages ask for this while the server is away, from wherever they come.
    if (path === 'alive') {
      response.writeHead(204, {
        'Cache-Control': 'no-store',
        'Cross-Origin-Resource-Policy': resourcePolicy,
      });
      return void response.end();
    }
    const document = path.startsWith('pages/') ? documents.get(path.slice('pages/'.length)) : undefined;
    if (!document?.complete) return respondText(response, 404, 'not found');
    response.writeHead(200, {
      'Content-Type': 'application/octet-stream',
      'Content-Length': document.body.length,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'Cross-Origin-Resource-Policy': 'same-origin',
    });
    response.end(request.method === 'HEAD' ? undefined : document.body);
  }

  function sendScript(request: IncomingMessage, response: ServerResponse): void {
    const { token, reloadOnly } = options;
    const config: ClientConfig = {
      token,
      base: serves ? BASE : `http://${request.headers.host}${BASE}`,
      reloadOnly,
      serves,
      // Pages of others carry no version: what the script was fetched with stands for it.
      ...(!serves && { version: options.version().id }),
    };
    const json = JSON.stringify(config).replaceAll('<', '\\u003c');
    const body = readScript().replace(PLACEHOLDER, () => json);
    response.writeHead(200, {
      'Content-Type': 'text/javascript; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'Cross-Origin-Resource-Policy': resourcePolicy,
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  return (request, response) => {
    const path = pathOf(request);
    const isScript = !serves && path === '/';
    if (!isScript && !path.startsWith(BASE)) return false;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      respondText(response, 405, 'only GET and HEAD are answered here', { Allow: 'GET, HEAD' });
    } else answer(isScript ? 'client.js' : path.slice(BASE.length), request, response);
    return true;
  };
}

/** The path of a request, also where a client names the whole address, as it does to a proxy. */
export function pathOf({ url = '/' }: IncomingMessage): string {
  return url.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1)[0]! || '/';
}

let script: string | undefined;

function readScript(): string {
  const manifest = createRequire(import.meta.url).resolve('@live-online/reload/package.json');
  return (script ??= readFileSync(join(dirname(manifest), 'dist', 'client.js'), 'utf8'));
}
