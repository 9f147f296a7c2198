import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { platform } from 'node:os';
import { extname, join } from 'node:path';
import { isDotfile } from '../../core/dotfiles.ts';
import { readUrlPath } from '../../core/url-path.ts';
import { isPublicInOneOf, resolveLinks } from '../../files/public-path.ts';
import { respondMethodNotAllowed, respondText } from '../../http/respond.ts';
import { mayBeDocument, type Responder } from '../../injection/html-responder.ts';
import { renderListingPage } from '../templates/listing-page.ts';
import { renderNotFoundPage, renderOutsidePage, renderRejectedPage } from '../templates/not-found-page.ts';
import { describeOutsideLink, findOutsideLink } from './outside-links.ts';
import { FileFinder, type RequestedFiles } from './find-file.ts';
import { COMMON_HEADERS, sendFile, type OpenFile } from './send-file.ts';

export interface StaticFilesOptions {
  root: string;
  /** Real paths of folders that symlinks in `root` may lead to. */
  allow: readonly string[];
  spa: boolean;
  directoryListing: boolean;
  responder: Responder;
  onWarning: (text: string) => void;
  content: RequestedFiles & {
    served(path: string, request: IncomingMessage): void;
    listed(folder: string): void;
  };
}

/** Serves the files of a folder. */
export class StaticFiles {
  readonly #options: StaticFilesOptions;
  readonly #files: FileFinder;

  constructor(options: StaticFilesOptions) {
    this.#options = options;
    this.#files = new FileFinder(options.root, options.allow, options.content);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#respond(request, response);
    } catch {
      respondText(response, 500, 'internal error: the file cannot be served');
    }
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return respondMethodNotAllowed(response);
    }
    const path = readUrlPath(request.url ?? '/', platform() === 'win32');
    if (!path.ok && path.status === 400) return respondText(response, 400, path.problem);
    if (!path.ok) return this.#notFound(request, response, renderRejectedPage(path.problem));
    const { segments, trailingSlash } = path;
    const found = await this.#files.find(segments, trailingSlash);
    switch (found.kind) {
      case 'file':
        return this.#send(request, response, found, 200);
      case 'busy':
        return respondText(response, 503, 'too many open files (EMFILE): try again', { 'Retry-After': '1' });
      case 'denied':
        return respondText(
          response,
          403,
          'permission denied (EACCES): the user that runs the server cannot read this file',
        );
      case 'folder':
        if (!trailingSlash && segments.length > 0) return redirect(request, response, segments);
        if (this.#options.directoryListing) {
          return this.#sendListing(request, response, segments, found.path);
        }
        break;
      case 'none':
    }
    if (this.#options.spa && isRoute(request, segments)) {
      const index = await this.#files.open(['index.html']);
      if (index.kind === 'file') return this.#send(request, response, index, 200);
    }
    const names = trailingSlash || segments.length === 0 ? [...segments, 'index.html'] : segments;
    const outside = findOutsideLink(this.#options.root, segments);
    if (!outside) return this.#notFound(request, response, renderNotFoundPage(`/${names.join('/')}`));
    this.#options.onWarning(describeOutsideLink(outside));
    return this.#notFound(request, response, renderOutsidePage(`/${names.join('/')}`));
  }

  async #send(
    request: IncomingMessage,
    response: ServerResponse,
    file: OpenFile,
    status: 200 | 404,
  ): Promise<void> {
    const { responder, content } = this.#options;
    content.served(file.path, request);
    const sent = await sendFile(responder, request, response, file, status);
    // The file was truncated after it was opened: wait until it is stable again.
    if (!sent) await this.#respond(request, response);
  }

  async #sendListing(
    request: IncomingMessage,
    response: ServerResponse,
    segments: string[],
    folder: string,
  ): Promise<void> {
    const { root, allow, content } = this.#options;
    content.listed(folder);
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    const rows = entries.flatMap((entry) => {
      const path = join(folder, entry.name);
      const shown = entry.isSymbolicLink() ? resolveLinks(root, path) : path;
      if (isDotfile(entry.name) || shown === undefined || !isPublicInOneOf([root, ...allow], shown))
        return [];
      const stats = shown === path ? entry : statSync(shown, { throwIfNoEntry: false });
      return { name: entry.name, folder: stats?.isDirectory() ?? false };
    });
    return this.#sendPage(request, response, 200, renderListingPage(segments, rows));
  }

  async #notFound(request: IncomingMessage, response: ServerResponse, html: string): Promise<void> {
    const own = await this.#files.open(['404.html']);
    if (own.kind === 'file') return this.#send(request, response, own, 404);
    return this.#sendPage(request, response, 404, html);
  }

  #sendPage(request: IncomingMessage, response: ServerResponse, status: number, html: string): Promise<void> {
    const body = Buffer.from(html);
    return this.#options.responder.send(request, response, {
      status,
      headers: [
        ...COMMON_HEADERS,
        ['Content-Type', 'text/html; charset=utf-8'],
        ['Content-Length', String(body.length)],
      ],
      body: request.method === 'HEAD' ? undefined : body,
    });
  }
}

function redirect(request: IncomingMessage, response: ServerResponse, segments: readonly string[]): void {
  const query = (request.url ?? '').split('#', 1)[0]!.split('?').slice(1).join('?');
  // It consists of checked names, so it cannot lead to another host.
  const location = `/${segments.map(encodeURIComponent).join('/')}/${query === '' ? '' : `?${query}`}`;
  respondText(response, 301, 'moved: the URL of a folder ends in a slash', { Location: location });
}

/** Whether a path without a file may be a route of a single-page app. */
function isRoute(request: IncomingMessage, segments: readonly string[]): boolean {
  const extension = extname(segments.at(-1) ?? '');
  return (extension === '' || extension === '.html') && (request.method === 'HEAD' || mayBeDocument(request));
}
