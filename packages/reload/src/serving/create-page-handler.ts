import type { IncomingMessage } from 'node:http';
import type { Clock } from '../core/ports.ts';
import type { FileUses } from '../core/file-uses.ts';
import type { HotFiles } from '../core/hot-files.ts';
import type { FileWatcher } from '../files/file-watcher.ts';
import type { Responder } from '../injection/html-responder.ts';
import { isWorkerNavigation } from '../injection/worker-requests.ts';
import { renderBackendErrorPage, renderInvalidResponsePage } from './templates/backend-error-page.ts';
import { renderBackendDownPage } from './templates/backend-down-page.ts';
import { routePages } from './routed-pages.ts';
import type { PageHandler } from './page-handler.ts';
import { ReverseProxy } from './proxy/reverse-proxy.ts';
import { respondText } from '../http/respond.ts';
import { StaticFiles } from './static/static-files.ts';

export interface PageHandlerOptions {
  source: { kind: 'folder'; folder: string } | { kind: 'proxy'; target: URL } | { kind: 'none' };
  spa: boolean;
  directoryListing: boolean;
  allow: readonly string[];
  onWarning: (text: string) => void;
  revalidate: boolean;
  rewrite: boolean;
  /** The command that starts the backend of `source`. With one, an update is sent once the backend has restarted. */
  serveCommand: string | undefined;
  responder: Responder;
  files: FileWatcher;
  uses: FileUses;
  hotFiles: HotFiles;
  clock: Clock;
  routes: readonly { prefix: string; target: URL }[];
  /** Called with the origin of a backend. */
  onBackend: (
    change: { url: string; state: 'down'; problem: string } | { url: string; state: 'up' | 'restarted' },
  ) => void;
}

/** Values of Sec-Fetch-Dest for a whole page, also in a frame. */
const DOCUMENTS = new Set(['document', 'iframe', 'frame']);

/** Whether a whole page is requested: by navigation, or by the client, which then sends `X-Live-Online`. */
function isForDocument(request: IncomingMessage): boolean {
  const { headers } = request;
  return (
    isWorkerNavigation(request) ||
    DOCUMENTS.has(String(headers['sec-fetch-dest'])) ||
    headers['x-live-online'] === 'morph'
  );
}

/** How many different warnings are emitted, each of them once. */
const MAX_WARNINGS = 1_000;

function warnOnce(warn: (text: string) => void): (text: string) => void {
  const warned = new Set<string>();
  return (text) => {
    if (warned.has(text) || warned.size >= MAX_WARNINGS) return;
    warned.add(text);
    warn(text);
  };
}

export function createPageHandler(options: PageHandlerOptions): PageHandler {
  const main = createMainHandler(options);
  if (options.routes.length === 0) return main;
  return routePages(
    main,
    options.routes.map(({ prefix, target }) => ({ prefix, handler: createProxy(target, true, options) })),
  );
}

function createProxy(target: URL, watchesRestarts: boolean, options: PageHandlerOptions): PageHandler {
  const url = target.origin;
  return new ReverseProxy({
    ...options,
    target,
    watchesRestarts,
    renderBackendDown: (problem) => renderBackendDownPage({ target: url, problem }),
    renderInvalidResponse: (problem) => renderInvalidResponsePage(url, problem),
    renderError: renderBackendErrorPage,
    onDown: (problem) => options.onBackend({ state: 'down', url, problem }),
    onUp: () => options.onBackend({ state: 'up', url }),
    onRestart: () => options.onBackend({ state: 'restarted', url }),
  });
}

function createMainHandler(options: PageHandlerOptions): PageHandler {
  const { source, files, uses, responder, spa, directoryListing } = options;
  if (source.kind === 'proxy') return createProxy(source.target, options.serveCommand === undefined, options);
  if (source.kind === 'none') {
    return {
      isForBackend: () => false,
      handle: (_request, response) =>
        respondText(
          response,
          404,
          'this server has no pages: it serves the script at / for pages of other servers',
        ),
      close() {},
    };
  }
  const staticFiles = new StaticFiles({
    root: source.folder,
    allow: options.allow,
    onWarning: warnOnce(options.onWarning),
    spa,
    directoryListing,
    responder,
    content: {
      whenStable: (path) => files.whenStable(path),
      requested: uses.recordRequest,
      missing: (path) => files.awaitFile(path),
      listed: uses.recordListing,
      served(path, request) {
        files.markServed(path);
        uses.record(path, isForDocument(request) ? 'document' : 'part');
      },
    },
  });
  return {
    isForBackend: () => false,
    handle: (request, response) => void staticFiles.handle(request, response),
    close() {},
  };
}
