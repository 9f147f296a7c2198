import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathOf } from '@live-online/internal/http/request-path';
import type { ContentVersion } from '@live-online/protocol';
import type { ServedDocuments } from '../injection/served-documents.ts';
import { respondMethodNotAllowed, respondText } from './respond.ts';

/** The tool serves everything below this path itself. */
export const BASE = '/__live-online/';
export const SCRIPT_URL: string = `${BASE}client.js`;
export const SOCKET_PATH: string = `${BASE}socket.io/`;
export const SYNC_PATH: string = `${BASE}sync`;
const EDITOR_URL = `${BASE}editor`;

/** The configuration of the client. It is part of the script. */
interface ClientConfig {
  token: string;
  /** The URL of `BASE`; absolute if another server serves the pages. */
  base: string;
  reloadOnly: boolean;
  serves: boolean;
  scriptErrors: boolean;
  version?: string;
}

export interface ClientRoutesOptions {
  token: string;
  reloadOnly: boolean;
  scriptErrors: boolean;
  /** Opens a file in an editor. With another server's pages there is none. */
  openEditor: (request: IncomingMessage, response: ServerResponse) => void;
  /** Whether pages come through this server. If not, the script is at `/`, for pages of other servers to embed. */
  serves: boolean;
  documents: ServedDocuments;
  version: () => ContentVersion;
  /** What pages keep in step, if anything. Then the script has a second part. */
  sync: object | false;
  /** Called when a page requests the script. */
  onScript: () => void;
  /** Responds to requests for the page of the status. Returns `false` for all other paths. */
  status: (path: string, request: IncomingMessage, response: ServerResponse) => boolean;
}

/** Responds to requests below `BASE`. Returns `false` for all others. */
export type ClientRoutes = (request: IncomingMessage, response: ServerResponse) => boolean;

/** The part of the built script that the configuration replaces. */
const PLACEHOLDER = /(["'`])__LIVE_ONLINE_CONFIG__\1/;
const SYNC_PLACEHOLDER = /(["'`])__LIVE_ONLINE_SYNC__\1/;

export function createClientRoutes(options: ClientRoutesOptions): ClientRoutes {
  const { token, reloadOnly, scriptErrors, openEditor, serves, documents, version, onScript, status, sync } =
    options;
  const resourcePolicy = serves ? 'same-origin' : 'cross-origin';

  function respond(path: string, request: IncomingMessage, response: ServerResponse): void {
    if (path === 'client.js') {
      onScript();
      const script = scriptFor(request);
      return send(request, response, 'text/javascript; charset=utf-8', resourcePolicy, script);
    }
    // Pages request this until the server is back, wherever they come from.
    if (path === 'alive') {
      response.writeHead(204, {
        'Cache-Control': 'no-store',
        'Cross-Origin-Resource-Policy': resourcePolicy,
      });
      return void response.end();
    }
    if (status(path, request, response)) return;
    const document = path.startsWith('pages/') ? documents.get(path.slice('pages/'.length)) : undefined;
    if (!document?.complete) return respondText(response, 404, 'not found');
    send(request, response, 'application/octet-stream', 'same-origin', document.body);
  }

  function scriptFor({ headers: { host }, socket }: IncomingMessage): Buffer {
    const scheme = 'encrypted' in socket ? 'https' : 'http';
    const config: ClientConfig = {
      token,
      base: serves ? BASE : `${scheme}://${host}${BASE}`,
      reloadOnly,
      serves,
      scriptErrors,
      // Pages of other servers do not carry the version of their content, so the script does.
      ...(!serves && { version: version().id }),
    };
    const json = JSON.stringify(config).replaceAll('<', '\\u003c');
    const script = readScript('client.js').replace(PLACEHOLDER, () => json);
    if (!sync) return Buffer.from(script);
    const syncConfig = JSON.stringify({ token, base: config.base, parts: sync });
    return Buffer.from(`${script}\n${readScript('sync.js').replace(SYNC_PLACEHOLDER, () => syncConfig)}`);
  }

  return (request, response) => {
    const path = pathOf(request);
    const isScript = !serves && path === '/';
    if (!isScript && !path.startsWith(BASE)) return false;
    if (serves && path === EDITOR_URL) openEditor(request, response);
    else if (request.method !== 'GET' && request.method !== 'HEAD') respondMethodNotAllowed(response);
    else respond(isScript ? 'client.js' : path.slice(BASE.length), request, response);
    return true;
  };
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  type: string,
  resourcePolicy: string,
  body: Buffer,
): void {
  response.writeHead(200, {
    'Content-Type': type,
    'Content-Length': body.length,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': resourcePolicy,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

const scripts = new Map<string, string>();

function readScript(name: string): string {
  const known = scripts.get(name);
  if (known !== undefined) return known;
  const manifest = createRequire(import.meta.url).resolve('@live-online/reload/package.json');
  const text = readFileSync(join(dirname(manifest), 'dist', name), 'utf8');
  scripts.set(name, text);
  return text;
}
