import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import escapeHtml from 'escape-html';
import { shutsOut } from './content-security-policy.ts';
import { decodeBody } from './decompress.ts';
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

/** An answer before it goes to the browser. */
export interface Answer {
  status: number;
  statusMessage?: string;
  headers: HeaderList;
  body: Readable | Buffer | undefined;
}

/** Writes answers, with the client in those that are documents. [R7] */
export interface HtmlResponder {
  /** Loads what the first document would wait for: from then on heads of answers go out within the call. */
  prepare(): Promise<void>;
  /**
   * @param from the file that the answer was made from, where that is known.
   * @returns resolves when all is written, or the browser has gone.
   */
  send(
    request: IncomingMessage,
    response: ServerResponse,
    answer: Answer,
    from?: { file?: string },
  ): Promise<void>;
}

export interface HtmlResponderOptions {
  documents: ServedDocuments;
  version: () => string;
  scriptUrl: string;
  onWarning: (text: string) => void;
}

const DOCUMENTS = new Set(['document', 'iframe', 'frame', 'object', 'embed']);
/** Headers of requests that ask for a page in part, or only if it has changed. */
export const CONDITIONAL_HEADERS = ['if-none-match', 'if-modified-since', 'if-range', 'range'] as const;

/** Whether what is requested may be a page that a person looks at, and not a part of one that a script fetches. */
export function mayBeDocument({ method, headers }: IncomingMessage): boolean {
  if (method === 'HEAD') return false;
  const destination = headers['sec-fetch-dest'];
  if (destination !== undefined) return DOCUMENTS.has(String(destination));
  // Over plain http, browsers send Sec-Fetch-Dest to this machine only.
  if (headers['x-requested-with'] ?? headers['hx-request'] ?? headers['turbo-frame']) return false;
  return /text\/html|application\/xhtml\+xml/i.test(headers.accept ?? '');
}

let injecting: typeof Injecting | undefined;

/** The tokenizer is large, and not needed before the first page. */
async function loadInjecting(): Promise<void> {
  injecting ??= await import('./script-injector.ts');
}

/** How many warnings are remembered, each of which is given once. */
const MAX_WARNINGS = 1_000;

export function createHtmlResponder(options: HtmlResponderOptions): HtmlResponder {
  return new ScriptInjectingResponder(options);
}

class ScriptInjectingResponder implements HtmlResponder {
  readonly #options: HtmlResponderOptions;
  readonly #warned = new Set<string>();

  constructor(options: HtmlResponderOptions) {
    this.#options = options;
  }

  prepare(): Promise<void> {
    return loadInjecting();
  }

  async send(
    request: IncomingMessage,
    response: ServerResponse,
    answer: Answer,
    from: { file?: string } = {},
  ): Promise<void> {
    const { status, statusMessage, headers, body } = answer;
    const injectable = isInjectable(request, answer);
    // Not awaited once it is loaded, so that the head goes out within the call.
    if (injectable && !injecting) await loadInjecting();
    const decoded = injectable ? decodeBody(body ?? Buffer.alloc(0), encodingsOf(headers)) : undefined;
    if (decoded === 'unknown') this.#warn(request, 'its compression is not known here');
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

  /** What puts the client into one document, and the headers that go with it. */
  #inject(
    request: IncomingMessage,
    headers: HeaderList,
    from: { file?: string },
  ): { transform: Transform; head: HeaderList } {
    const { documents, version, scriptUrl } = this.#options;
    const policies = headers.filter(([name]) => isPolicy(name));
    if (policies.some(([, value]) => shutsOut(value)))
      this.#warn(request, 'its policy (sandbox) allows no scripts of its own origin');
    const document = documents.open(from);
    const nonce = randomBytes(12).toString('base64');
    const injector = injecting!.createInjector({
      charset: mimeTypeOf(headers)?.parameters.get('charset'),
      tag: scriptTag({
        src: scriptUrl,
        'data-page': document.id,
        'data-version': version(),
        ...(policies.length > 0 && { nonce }),
        ...(request.method === 'POST' && { 'data-method': 'post' }),
      }),
      onSkip: (reason) => this.#warn(request, reason),
      onMetaPolicy: () => this.#warn(request, 'its policy stands in a <meta>, which cannot be extended'),
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
    const text = `${JSON.stringify(path).slice(1, -1)} is served without the client: ${reason}`;
    if (this.#warned.has(text) || this.#warned.size > MAX_WARNINGS) return;
    this.#warned.add(text);
    this.#options.onWarning(text);
  }
}

function scriptTag(attributes: Readonly<Record<string, string>>): string {
  const list = Object.entries(attributes).map(([name, value]) => ` ${name}="${escapeHtml(value)}"`);
  return `<script async${list.join('')}></script>`;
}

/** Whether an answer is a document that the client belongs into. */
export function isInjectable(request: IncomingMessage, { status, headers, body }: Answer): boolean {
  if (!mayBeDocument(request) || body === undefined) return false;
  if (status < 200 || [204, 205, 206, 304].includes(status)) return false;
  if (/^\s*attachment/i.test(headerOf(headers, 'content-disposition') ?? '')) return false;
  return mimeTypeOf(headers)?.isHTML() ?? false;
}
