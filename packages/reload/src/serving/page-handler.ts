import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../core/ports.ts';
import type { FileUses } from '../core/file-uses.ts';
import type { FileWatcher } from '../files/file-watcher.ts';
import type { HtmlResponder } from '../injection/html-response.ts';
import { renderBackendDownPage } from './templates/backend-down-page.ts';
import { createReverseProxy } from './proxy/reverse-proxy.ts';
import { respondText } from '../http/respond.ts';
import { createStaticFiles } from './static/static-files.ts';

/** Serves the pages: a folder, a reverse proxy, or none. */
export interface PageHandler {
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Takes the WebSockets of a backend. */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

export interface PageHandlerOptions {
  source: { kind: 'folder'; folder: string } | { kind: 'proxy'; target: URL } | { kind: 'none' };
  spa: boolean;
  directoryListing: boolean;
  responder: HtmlResponder;
  files: FileWatcher;
  uses: FileUses;
  clock: Clock;
  onDown: (problem: string) => void;
  onUp: () => void;
}

/** Destinations (Sec-Fetch-Dest) of requests for a whole page; a frame's page is one, too. */
const DOCUMENTS = new Set(['document', 'iframe', 'frame']);

/** The client requests its page's own HTML by script, with a header of its own. */
function isForDocument({ headers }: IncomingMessage): boolean {
  return DOCUMENTS.has(String(headers['sec-fetch-dest'])) || headers['x-live-online'] === 'morph';
}

export function createPageHandler(options: PageHandlerOptions): PageHandler {
  const { source, files, uses, clock, responder, spa, directoryListing, onDown, onUp } = options;
  if (source.kind === 'proxy') {
    const target = source.target.origin;
    const renderBackendDown = (problem: string): string => renderBackendDownPage({ target, problem });
    return createReverseProxy({ target: source.target, responder, clock, renderBackendDown, onDown, onUp });
  }
  if (source.kind === 'none') {
    return {
      handle: (_request, response) =>
        respondText(response, 404, 'this server has only the script, at /, for pages of other servers'),
      close: async () => {},
    };
  }
  const staticFiles = createStaticFiles({
    root: source.folder,
    spa,
    directoryListing,
    responder,
    content: {
      whenStable: (path) => files.whenStable(path),
      served(path, request) {
        files.markServed(path);
        uses.record(path, isForDocument(request) ? 'document' : 'part');
      },
    },
  });
  return {
    handle: (request, response) => void staticFiles.handle(request, response),
    close: async () => {},
  };
}
