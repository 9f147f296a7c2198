import { readSync, statSync, type ReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { platform } from 'node:os';
import { extname, join } from 'node:path';
import fresh from 'fresh';
import parseRange from 'range-parser';
import { isDotfile } from '../../core/dotfiles.ts';
import type { FileStat } from '../../core/ports.ts';
import { readUrlPath } from '../../core/url-path.ts';
import { mayBeDocument, type Answer, type HtmlResponder } from '../../injection/html-response.ts';
import { renderListing } from '../templates/listing-page.ts';
import { renderMissingPage, renderRefusedPage } from '../templates/not-found-page.ts';
import { isPublic, realPathOf } from '../../files/public-path.ts';
import { respondText } from '../../http/respond.ts';
import { typeOf } from './content-type.ts';
import { resolveFile, type Resolved } from './resolve-file.ts';

/** Serves the files of a folder. */
export interface StaticFiles {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export interface StaticFilesOptions {
  /** A real path. */
  root: string;
  spa: boolean;
  directoryListing: boolean;
  responder: HtmlResponder;
  content: {
    whenStable(path: string): Promise<FileStat | undefined>;
    served(path: string, request: IncomingMessage): void;
  };
}

type OpenFile = Extract<Resolved, { kind: 'file' }>;

/** Up to this size a file is read before its length is promised. */
const WHOLE_BYTES = 1 << 20;
const INDEX_FILES = ['index.html', 'index.htm'];
const COMMON: Answer['headers'] = [
  ['Cache-Control', 'no-cache'],
  ['X-Content-Type-Options', 'nosniff'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
];

export function createStaticFiles(options: StaticFilesOptions): StaticFiles {
  const { root, spa, directoryListing, responder, content } = options;

  async function answerStill(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return respondText(response, 405, 'only GET and HEAD are answered here', { Allow: 'GET, HEAD' });
    }
    const path = readUrlPath(request.url ?? '/', platform() === 'win32');
    if (!path.ok && path.status === 400) return respondText(response, 400, path.problem);
    if (!path.ok) return missing(request, response, renderRefusedPage(path.problem));
    const { segments, trailingSlash } = path;
    const found = await find(segments, trailingSlash);
    if (found.kind === 'file') return sendFile(request, response, found, 200);
    if (found.kind === 'busy')
      return respondText(response, 503, 'too many files are open; try again', { 'Retry-After': '1' });
    if (found.kind === 'denied')
      return respondText(response, 403, 'the user that runs this server may not read this file');
    if (found.kind === 'folder' && !trailingSlash && segments.length > 0)
      return redirect(request, response, segments);
    if (found.kind === 'folder' && directoryListing)
      return sendListing(request, response, segments, found.path);
    const index = spa && isRoute(request, segments) ? await openStill(['index.html']) : undefined;
    if (index?.kind === 'file') return sendFile(request, response, index, 200);
    const names = trailingSlash || segments.length === 0 ? [...segments, 'index.html'] : segments;
    return missing(request, response, renderMissingPage(`/${names.join('/')}`));
  }

  /** The file for a path: itself, the index of a folder, or a page whose ending was left out. */
  async function find(segments: string[], trailingSlash: boolean): Promise<Resolved> {
    const found = await openStill(segments);
    if (found.kind === 'file' && trailingSlash) {
      await found.handle.close();
      return { kind: 'none' };
    }
    if (found.kind === 'folder' && (trailingSlash || segments.length === 0)) {
      for (const name of INDEX_FILES) {
        const index = await openStill([...segments, name]);
        if (index.kind !== 'none') return index;
      }
    }
    const last = segments.at(-1);
    // A page may have a folder of its name beside it: without a slash it is the page that is meant.
    if (!['none', 'folder'].includes(found.kind) || last === undefined || trailingSlash) return found;
    const page = await openStill([...segments.slice(0, -1), `${last}.html`]);
    return ['none', 'folder'].includes(page.kind) ? found : page;
  }

  async function openStill(segments: string[]): Promise<Resolved> {
    const asked = join(root, ...segments);
    const path = realPathOf(asked) ?? asked;
    // What is not served is not looked at either: what is said of it would be told to pages.
    if (!isPublic(root, path)) return { kind: 'none' };
    await content.whenStable(path);
    return resolveFile(root, segments);
  }

  async function sendFile(
    request: IncomingMessage,
    response: ServerResponse,
    file: OpenFile,
    status: number,
  ): Promise<void> {
    const { handle, stats, path } = file;
    content.served(path, request);
    const { size, mtimeMs, mtime, ino } = stats;
    const etag = `"${size.toString(36)}-${mtimeMs.toString(36)}-${ino.toString(36)}"`;
    const lastModified = mtime.toUTCString();
    const headers: [string, string][] = [
      ...COMMON.map(([name, value]): [string, string] => [name, value]),
      ['Content-Type', await typeOf(path, handle.fd)],
      ['ETag', etag],
      ['Last-Modified', lastModified],
      ['Accept-Ranges', 'bytes'],
    ];
    const isHtml = /\.html?$/i.test(path);
    if (
      status === 200 &&
      !(isHtml && mayBeDocument(request)) &&
      fresh(request.headers, { etag, 'last-modified': lastModified })
    ) {
      await handle.close();
      return responder.send(request, response, {
        status: 304,
        headers: headers.filter(([name]) => name !== 'Content-Type'),
        body: undefined,
      });
    }
    const range =
      status === 200 && !(isHtml && mayBeDocument(request))
        ? rangeOf(request, size, etag, lastModified)
        : undefined;
    if (range === 'unsatisfiable') {
      await handle.close();
      return respondText(response, 416, 'the file is shorter than that', {
        'Content-Range': `bytes */${size}`,
      });
    }
    const { start, end } = range ?? { start: 0, end: size - 1 };
    headers.push(['Content-Length', String(end - start + 1)]);
    if (range) headers.push(['Content-Range', `bytes ${start}-${end}/${size}`]);
    const answer: Answer = { status: range ? 206 : status, headers, body: undefined };
    if (request.method === 'HEAD' || size === 0) {
      await handle.close();
      return responder.send(
        request,
        response,
        size === 0 && request.method !== 'HEAD' ? { ...answer, body: Buffer.alloc(0) } : answer,
        { file: path },
      );
    }
    const body = size <= WHOLE_BYTES ? readPart(file, start, end) : streamPart(file, start, end, response);
    // Its writer has begun anew after it was opened: what comes of that is waited for.
    if (!body) return answerStill(request, response);
    await responder.send(request, response, { ...answer, body }, { file: path });
  }

  async function sendListing(
    request: IncomingMessage,
    response: ServerResponse,
    segments: string[],
    folder: string,
  ): Promise<void> {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    const rows = entries.flatMap((entry) => {
      const path = join(folder, entry.name);
      const shown = entry.isSymbolicLink() ? realPathOf(path) : path;
      if (isDotfile(entry.name) || shown === undefined || !isPublic(root, shown)) return [];
      const stats = shown === path ? entry : statSync(shown, { throwIfNoEntry: false });
      return { name: entry.name, folder: stats?.isDirectory() ?? false };
    });
    return sendPage(request, response, 200, renderListing(segments, rows));
  }

  async function missing(request: IncomingMessage, response: ServerResponse, html: string): Promise<void> {
    const own = await openStill(['404.html']);
    if (own.kind === 'file') return sendFile(request, response, own, 404);
    return sendPage(request, response, 404, html);
  }

  function sendPage(
    request: IncomingMessage,
    response: ServerResponse,
    status: number,
    html: string,
  ): Promise<void> {
    const body = Buffer.from(html);
    const headers: Answer['headers'] = [
      ...COMMON,
      ['Content-Type', 'text/html; charset=utf-8'],
      ['Content-Length', String(body.length)],
    ];
    return responder.send(request, response, {
      status,
      headers,
      body: request.method === 'HEAD' ? undefined : body,
    });
  }

  return {
    handle: (request, response) =>
      answerStill(request, response).catch(() =>
        respondText(response, 500, 'something went wrong on the server'),
      ),
  };
}

/** A part of a file, which is closed; `undefined` if it was cut off meanwhile. A page waits for it: it is read at once. */
function readPart({ handle }: OpenFile, start: number, end: number): Buffer | undefined {
  const part = Buffer.alloc(end - start + 1);
  let length = 0;
  try {
    while (length < part.length) {
      const read = readSync(handle.fd, part, length, part.length - length, start + length);
      if (read === 0) return undefined;
      length += read;
    }
    return part;
  } finally {
    void handle.close();
  }
}

/** A browser would wait for ever for what was promised and does not come. */
function streamPart({ handle }: OpenFile, start: number, end: number, response: ServerResponse): ReadStream {
  const body = handle.createReadStream({ start, end });
  body.on('end', () => body.bytesRead < end - start + 1 && response.destroy());
  return body;
}

function redirect(request: IncomingMessage, response: ServerResponse, segments: readonly string[]): void {
  const query = (request.url ?? '').split('#', 1)[0]!.split('?').slice(1).join('?');
  // Made of checked names: it cannot lead to another host.
  const location = `/${segments.map(encodeURIComponent).join('/')}/${query === '' ? '' : `?${query}`}`;
  respondText(response, 301, 'the folder lies there', { Location: location });
}

/** Whether a path without a file is one that the app in the page routes by itself. */
function isRoute(request: IncomingMessage, segments: readonly string[]): boolean {
  const extension = extname(segments.at(-1) ?? '');
  return (extension === '' || extension === '.html') && (request.method === 'HEAD' || mayBeDocument(request));
}

function rangeOf(
  { headers, method }: IncomingMessage,
  size: number,
  etag: string,
  lastModified: string,
): { start: number; end: number } | 'unsatisfiable' | undefined {
  if (headers.range === undefined || method !== 'GET') return undefined;
  const condition = headers['if-range'];
  if (condition !== undefined && condition !== etag && condition !== lastModified) return undefined;
  const ranges = parseRange(size, headers.range);
  if (ranges === -1) return 'unsatisfiable';
  // Several at once are seldom asked for: whoever does gets the whole.
  if (ranges === -2 || ranges.length !== 1 || ranges.type !== 'bytes') return undefined;
  return ranges[0];
}
