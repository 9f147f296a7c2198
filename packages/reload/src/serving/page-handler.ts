import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../core/ports.ts';
import type { FileUses } from '../core/file-uses.ts';
import type { FileWatcher } from '../files/file-watcher.ts';
import type { HtmlResponder } from '../injection/html-response.ts';
import { renderWaitingPage } from './templates/backend-down-page.ts';
import { createReverseProxy } from './proxy/reverse-proxy.ts';
import { respondText } from '../http/respond.ts';
import { createStaticFiles } from './static/static-files.ts';

/** Where pages come from. */
export interface PageSource {
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Takes a WebSocket, where some other program behind this server may. */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

export interface PageSourceOptions {
  source: { kind: 'folder'; folder: string } | { kind: 'proxy'; target: URL } | { kind: 'none' };
  spa: boolean;
  directoryListing: boolean;
  responder: HtmlResponder;
  content: FileWatcher;
  uses: FileUses;
  clock: Clock;
  onDown: (problem: string) => void;
  onUp: () => void;
}

/** What browsers say of a request for a whole page; what frames show is a page of its own. */
const DOCUMENTS = new Set(['document', 'iframe', 'frame']);

/** The client asks for its page's own HTML by script, and says so. */
function isForDocument({ headers }: IncomingMessage): boolean {
  return DOCUMENTS.has(String(headers['sec-fetch-dest'])) || headers['x-live-online'] === 'morph';
}

export function createPageHandler(options: PageSourceOptions): PageSource {
  const { source, content, uses, clock, responder, spa, directoryListing, onDown, onUp } = options;
  if (source.kind === 'proxy') {
    const target = source.target.origin;
    const renderBackendDown = (problem: string): string => renderWaitingPage({ target, problem });
    return createReverseProxy({ target: source.target, responder, clock, renderBackendDown, onDown, onUp });
  }
  if (source.kind === 'none') {
    return {
      handle: (_request, response) =>
        respondText(response, 404, 'only the script for pages of others lies here, at /'),
      close: async () => {},
    };
  }
  const files = createStaticFiles({
    root: source.folder,
    spa,
    directoryListing,
    responder,
    content: {
      whenStable: (path) => content.whenStable(path),
      served(path, request) {
        content.markServed(path);
        uses.note(path, isForDocument(request) ? 'document' : 'part');
      },
    },
  });
  return {
    handle: (request, response) => void files.handle(request, response),
    close: async () => {},
  };
}
