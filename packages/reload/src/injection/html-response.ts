import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import escapeHtml from 'escape-html';
import { MIMEType } from 'whatwg-mimetype';
import { extendPolicy, shutsOut } from './content-security-policy.ts';
import type * as Injecting from './script-injector.ts';
import { decodeBody } from './decompress.ts';
import type { ServedPages } from './served-documents.ts';

/** An answer before it goes to the browser. */
export interface Answer {
  status: number;
  statusMessage?: string;
  headers: readonly (readonly [name: string, value: string])[];
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
  pages: ServedPages;
  version: () => string;
  scriptUrl: string;
  onWarning: (text: string) => void;
}

const DOCUMENTS = new Set(['document', 'iframe', 'frame', 'object', 'embed']);
/** What no longer holds once the body is another one. */
const OF_THE_BODY = new Set([
  'content-length',
  'content-encoding',
  'content-md5',
  'content-digest',
  'digest',
  'repr-digest',
  'etag',
  'last-modified',
  'accept-ranges',
  'transfer-encoding',
]);

/** Headers of requests by which a page would come in part, or not at all. */
export const NOT_WHOLE = ['if-none-match', 'if-modified-since', 'if-range', 'range'] as const;

/** Whether what is asked for may be a page that a person looks at, and not a part of one that a script fetches. */
export function mayBeDocument({ method, headers }: IncomingMessage): boolean {
  if (method === 'HEAD') return false;
  const destination = headers['sec-fetch-dest'];
  if (destination !== undefined) return DOCUMENTS.has(String(destination));
  // Over plain http, browsers say where it goes to this machine alone.
  if (headers['x-requested-with'] ?? headers['hx-request'] ?? headers['turbo-frame']) return false;
  return /text\/html|application\/xhtml\+xml/i.test(headers.accept ?? '');
}

let injecting: typeof Injecting | undefined;

/** The tokenizer is large, and nobody needs it before the first page. */
async function loadInjecting(): Promise<void> {
  injecting ??= await import('./script-injector.ts');
}

export function createHtmlResponder(options: HtmlResponderOptions): HtmlResponder {
  const { pages, version, scriptUrl, onWarning } = options;
  const warned = new Set<string>();

  function warn(request: IncomingMessage, text: string): void {
    const path = (request.url ?? '/').split('?', 1)[0]!.slice(0, 200);
    const whole = `${JSON.stringify(path).slice(1, -1)} is served without the client: ${text}`;
    if (warned.has(whole) || warned.size > 1_000) return;
    warned.add(whole);
    onWarning(whole);
  }

  return {
    prepare: loadInjecting,
    async send(request, response, answer, from = {}) {
      const { status, statusMessage, headers } = answer;
      const injectable = isInjectable(request, answer);
      if (injectable && !injecting) await loadInjecting();
      const decoded = injectable
        ? decodeBody(answer.body ?? Buffer.alloc(0), encodingsOf(headers))
        : undefined;
      if (decoded === 'unknown') warn(request, 'its compression is not known here');
      if (decoded === undefined || decoded === 'unknown') {
        writeHead(response, status, statusMessage, headers);
        return pump(answer.body, response);
      }
      const mime = typeOf(headers);
      const page = pages.open(from);
      const nonce = randomBytes(12).toString('base64');
      const policies = headers.filter(([name]) => isPolicy(name));
      if (policies.some(([, value]) => shutsOut(value)))
        warn(request, 'its policy (sandbox) allows no scripts of its own origin');
      const attributes = {
        src: scriptUrl,
        'data-page': page.id,
        'data-version': version(),
        ...(policies.length > 0 && { nonce }),
        ...(request.method === 'POST' && { 'data-method': 'post' }),
      };
      const tag = `<script async${Object.entries(attributes)
        .map(([name, value]) => ` ${name}="${escapeHtml(value)}"`)
        .join('')}></script>`;
      const injector = injecting!.createInjector({
        charset: mime?.parameters.get('charset'),
        tag,
        onSkip: (reason) => warn(request, reason),
        onMetaPolicy: () => warn(request, 'its policy stands in a <meta>, which cannot be extended'),
      });
      const host = request.headers.host ?? 'localhost';
      // A host's own server may speak TLS.
      const scheme = 'encrypted' in request.socket ? 'https' : 'http';
      const script = new URL(scriptUrl, `${scheme}://${host}`).href;
      const connect = [`${scheme}://${host}`, `${scheme.replace('http', 'ws')}://${host}`];
      const kept = headers
        .filter(([name]) => !OF_THE_BODY.has(name.toLowerCase()))
        .map(
          ([name, value]) =>
            [name, isPolicy(name) ? extendPolicy(value, { script, nonce, connect }) : value] as const,
        );
      const cache = headerOf(kept, 'cache-control') ?? '';
      const fresh = kept.filter(([name]) => !/^(cache-control|expires)$/i.test(name));
      const head: Answer['headers'] = [
        ...fresh,
        ['Cache-Control', /no-store/i.test(cache) ? cache : 'no-cache'],
      ];
      const transform: Transform = {
        write(chunk) {
          page.collect(chunk);
          return injector.write(chunk);
        },
        end() {
          page.finish();
          return injector.end();
        },
      };
      if (decoded instanceof Readable) {
        writeHead(response, status, statusMessage, head);
        response.flushHeaders();
        return pump(decoded, response, transform);
      }
      const whole = Buffer.concat([...transform.write(decoded), ...transform.end()]);
      writeHead(response, status, statusMessage, [...head, ['Content-Length', String(whole.length)]]);
      response.end(whole);
    },
  };
}

function isPolicy(name: string): boolean {
  return /^content-security-policy(-report-only)?$/i.test(name);
}

function typeOf(headers: Answer['headers']): MIMEType | undefined {
  try {
    return new MIMEType(headerOf(headers, 'content-type') ?? '');
  } catch {
    return undefined;
  }
}

function headerOf(headers: Answer['headers'], wanted: string): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** Whether an answer is a document that the client belongs into. */
export function isInjectable(request: IncomingMessage, { status, headers, body }: Answer): boolean {
  if (!mayBeDocument(request) || body === undefined) return false;
  if (status < 200 || [204, 205, 206, 304].includes(status)) return false;
  if (/^\s*attachment/i.test(headerOf(headers, 'content-disposition') ?? '')) return false;
  return typeOf(headers)?.isHTML() ?? false;
}

function writeHead(
  response: ServerResponse,
  status: number,
  statusMessage: string | undefined,
  headers: Answer['headers'],
): void {
  // Names may repeat, as Set-Cookie does.
  const byName = new Map<string, { name: string; values: string[] }>();
  for (const [name, value] of headers) {
    const known = byName.get(name.toLowerCase());
    if (known) known.values.push(value);
    else byName.set(name.toLowerCase(), { name, values: [value] });
  }
  for (const { name, values } of byName.values()) {
    response.setHeader(name, values.length === 1 ? values[0]! : values);
  }
  if (statusMessage === undefined) response.writeHead(status);
  else response.writeHead(status, statusMessage);
}

/** The compressions of a body, in the order in which they were done. */
function encodingsOf(headers: Answer['headers']): string[] {
  return headers
    .filter(([name]) => name.toLowerCase() === 'content-encoding')
    .flatMap(([, value]) => value.split(','))
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
}

interface Transform {
  write(chunk: Uint8Array): Uint8Array[];
  end(): Uint8Array[];
}

/** Copies a body, through `transform` where there is one; a body that breaks off breaks off here, too. */
function pump(
  body: Readable | Buffer | undefined,
  response: ServerResponse,
  transform?: Transform,
): Promise<void> {
  if (!(body instanceof Readable)) {
    response.end(body);
    return Promise.resolve();
  }
  if (response.destroyed) {
    // Whoever asked has gone while the answer was being made, and is not heard going a second time.
    body.destroy();
    return Promise.resolve();
  }
  if (body.destroyed) {
    response.destroy();
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    const write = (chunks: readonly Uint8Array[]): void => {
      let flowing = true;
      for (const chunk of chunks) flowing = response.write(chunk) && flowing;
      if (flowing) return;
      body.pause();
      response.once('drain', () => body.resume());
    };
    body.on('data', (chunk: Buffer) => write(transform ? transform.write(chunk) : [chunk]));
    body.once('end', () => {
      if (transform) write(transform.end());
      response.end(resolve);
    });
    body.once('error', () => response.destroy());
    // An upstream that resets says so by closing before its end.
    body.once('close', () => {
      if (!body.readableEnded) response.destroy();
    });
    response.once('close', () => {
      body.destroy();
      resolve();
    });
  });
}
