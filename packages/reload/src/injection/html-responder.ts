import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { escapeControls } from '@live-online/internal/escape-controls';
import { pathOf } from '@live-online/internal/http/request-path';
import escapeHtml from 'escape-html';
import { blocksClient } from './content-security-policy.ts';
import { decompress } from './decompress.ts';
import {
  documentHeaders,
  encodingsOf,
  headerOf,
  isPolicy,
  mimeTypeOf,
  type HeaderList,
} from './document-headers.ts';
import type * as Injecting from './script-injector.ts';
import { sendBody, writeHead, type Transform } from './send-body.ts';
import type { ServedDocuments } from './served-documents.ts';
import { isRequestOfWorker, isWorkerNavigation } from './worker-requests.ts';

/** A response that is not sent yet. */
export interface ResponseParts {
  status: number;
  statusMessage?: string;
  headers: HeaderList;
  body: Readable | Buffer | undefined;
}

export interface HtmlResponderOptions {
  documents: ServedDocuments;
  version: () => string;
  scriptUrl: string;
  /** Whether the client runs before the page's own scripts, so that it sees their errors. */
  runsFirst?: boolean;
  onWarning: (text: string) => void;
}

const DOCUMENTS = new Set(['document', 'iframe', 'frame', 'object', 'embed']);
/** Request headers that ask for a part of a page, or for a page only if it has changed. */
export const CONDITIONAL_HEADERS = ['if-none-match', 'if-modified-since', 'if-range', 'range'] as const;

/** Whether a browser requests a document to show, and not a part of one for a script. */
export function mayBeDocument(request: IncomingMessage): boolean {
  const { method, headers } = request;
  if (method === 'HEAD') return false;
  if (isWorkerNavigation(request) || isRequestOfWorker(request)) return true;
  const destination = headers['sec-fetch-dest'];
  if (destination !== undefined) return DOCUMENTS.has(String(destination));
  // Over plain HTTP, browsers send Sec-Fetch-Dest only to this machine.
  if (headers['x-requested-with'] ?? headers['hx-request'] ?? headers['turbo-frame']) return false;
  return /text\/html|application\/xhtml\+xml/i.test(headers.accept ?? '');
}

let injecting: typeof Injecting | undefined;

/** Loads the tokenizer, which is large, with the first document. */
async function loadInjecting(): Promise<void> {
  injecting ??= await import('./script-injector.ts');
}

/** How many different warnings are emitted, each of them once. */
const MAX_WARNINGS = 1_000;

export type Responder = Pick<HtmlResponder, 'send'>;

/** Sends responses, and injects the client's tag into those that are documents. [R7] */
export class HtmlResponder {
  readonly #options: HtmlResponderOptions;
  readonly #warned = new Set<string>();

  constructor(options: HtmlResponderOptions) {
    this.#options = options;
  }

  /** Loads the tokenizer. Afterwards `send` writes the head of a response synchronously. */
  prepare(): Promise<void> {
    return loadInjecting();
  }

  /**
   * @param from the file that the response was made from, if known
   * @returns a promise that resolves when everything is written, or the browser has disconnected
   */
  async send(
    request: IncomingMessage,
    response: ServerResponse,
    parts: ResponseParts,
    from: { file?: string } = {},
  ): Promise<void> {
    const { status, statusMessage, headers, body } = parts;
    const injectable = isInjectable(request, parts);
    // Awaiting it again would write the head asynchronously.
    if (injectable && !injecting) await loadInjecting();
    const decoded = injectable ? decompress(body ?? Buffer.alloc(0), encodingsOf(headers)) : undefined;
    if (decoded === 'unknown') this.#warn(request, 'its Content-Encoding is not supported');
    if (decoded === undefined || decoded === 'unknown') {
      writeHead(response, status, statusMessage, headers);
      return sendBody(body, response);
    }
    const { transform, head } = this.#inject(request, headers, from);
    if (decoded instanceof Readable) {
      writeHead(response, status, statusMessage, head);
      response.flushHeaders();
      return sendBody(decoded, response, transform);
    }
    const whole = Buffer.concat([...transform.write(decoded), ...transform.end()]);
    writeHead(response, status, statusMessage, [...head, ['Content-Length', String(whole.length)]]);
    response.end(whole);
  }

  /** The transform that injects the tag into one document, and the headers for it. */
  #inject(
    request: IncomingMessage,
    headers: HeaderList,
    from: { file?: string },
  ): { transform: Transform; head: HeaderList } {
    const { documents, version, scriptUrl, runsFirst } = this.#options;
    const policies = headers.filter(([name]) => isPolicy(name));
    if (policies.some(([, value]) => blocksClient(value)))
      this.#warn(
        request,
        'its Content-Security-Policy has a sandbox without allow-scripts and allow-same-origin',
      );
    const document = documents.open({ ...from, path: pathOf(request) });
    const nonce = randomBytes(12).toString('base64');
    const injector = injecting!.createInjector({
      charset: mimeTypeOf(headers)?.parameters.get('charset'),
      tag: scriptTag({
        ...(!runsFirst && { async: '' }),
        src: scriptUrl,
        'data-page': document.id,
        'data-version': version(),
        ...(policies.length > 0 && { nonce }),
        ...(request.method === 'POST' && { 'data-method': 'post' }),
      }),
      isWholeOnly: isRequestOfWorker(request) && !isWorkerNavigation(request),
      onSkip: (reason) => this.#warn(request, reason),
      onMetaPolicy: () =>
        this.#warn(
          request,
          'its Content-Security-Policy is in a <meta>, which cannot be extended: send it as a header',
        ),
    });
    return {
      head: documentHeaders(headers, request, scriptUrl, nonce),
      transform: {
        write(chunk) {
          document.collect(chunk);
          return injector.write(chunk);
        },
        end() {
          document.finish();
          return injector.end();
        },
      },
    };
  }

  #warn(request: IncomingMessage, reason: string): void {
    const path = (request.url ?? '/').split('?', 1)[0]!.slice(0, 200);
    const text = `${escapeControls(path)} is served without live reload: ${reason}`;
    if (this.#warned.has(text) || this.#warned.size > MAX_WARNINGS) return;
    this.#warned.add(text);
    this.#options.onWarning(text);
  }
}

function scriptTag(attributes: Readonly<Record<string, string>>): string {
  const list = Object.entries(attributes).map(([name, value]) =>
    value === '' ? ` ${name}` : ` ${name}="${escapeHtml(value)}"`,
  );
  return `<script${list.join('')}></script>`;
}

/** Whether a response is a document that gets the client's tag. */
export function isInjectable(request: IncomingMessage, { status, headers, body }: ResponseParts): boolean {
  if (!mayBeDocument(request) || body === undefined) return false;
  if (status < 200 || [204, 205, 206, 304].includes(status)) return false;
  if (/^\s*attachment/i.test(headerOf(headers, 'content-disposition') ?? '')) return false;
  return mimeTypeOf(headers)?.isHTML() ?? false;
}
