import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import {
  CONDITIONAL_HEADERS,
  isInjectable,
  mayBeDocument,
  type Answer,
  type HtmlResponder,
} from './html-response.ts';

/** Has the client put into whatever HTML a host's app is about to answer with. Everything else passes as it is. */
export function injectIntoResponse(
  request: IncomingMessage,
  response: ServerResponse,
  responder: HtmlResponder,
): void {
  if (!mayBeDocument(request)) return;
  // A validator that the browser has is that of the page without the client.
  for (const name of CONDITIONAL_HEADERS) delete request.headers[name];
  new ResponseHook(request, response, responder).install();
}

type Callback = (error?: Error | null) => void;

/** Wraps the methods of a response, and sends what the host writes through the responder if it is a document. */
class ResponseHook {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #responder: HtmlResponder;
  /** The methods as they were before. */
  readonly #original: Pick<ServerResponse, 'writeHead' | 'write' | 'end' | 'flushHeaders'>;
  /** What the host writes once it is known to be a document. */
  #body: PassThrough | undefined;
  #isDecided = false;

  constructor(request: IncomingMessage, response: ServerResponse, responder: HtmlResponder) {
    this.#request = request;
    this.#response = response;
    this.#responder = responder;
    const { writeHead, write, end, flushHeaders } = response;
    this.#original = { writeHead, write, end, flushHeaders };
  }

  install(): void {
    Object.assign(this.#response, {
      writeHead: this.#writeHead.bind(this),
      flushHeaders: this.#flushHeaders.bind(this),
      write: this.#write.bind(this),
      end: this.#end.bind(this),
    });
  }

  /** Called before the first byte goes out. */
  #decide(status: number, message?: string): void {
    this.#isDecided = true;
    const response = this.#response;
    const headers = listHeaders(response);
    const body = new PassThrough();
    const answer: Answer = {
      status,
      ...(message !== undefined && { statusMessage: message }),
      headers,
      body,
    };
    // If it is no document, methods that others have wrapped since then stay wrapped.
    if (!isInjectable(this.#request, answer)) return;
    this.#body = body;
    body.on('drain', () => response.emit('drain'));
    for (const [name] of headers) response.removeHeader(name);
    void this.#responder.send(this.#request, this.#underneath(), answer);
  }

  /** The response as it was before it was wrapped, to which the document is written. */
  #underneath(): ServerResponse {
    const response = this.#response;
    const { writeHead, write, end, flushHeaders } = this.#original;
    const original = {
      setHeader: response.setHeader.bind(response),
      writeHead: writeHead.bind(response),
      write: write.bind(response),
      end: end.bind(response),
      flushHeaders: flushHeaders.bind(response),
      destroy: response.destroy.bind(response),
      once: response.once.bind(response),
      get headersSent() {
        return response.headersSent;
      },
      get destroyed() {
        return response.destroyed;
      },
    };
    return original as unknown as ServerResponse;
  }

  #writeHead(
    status: number,
    ...rest: (string | OutgoingHttpHeaders | readonly string[] | undefined)[]
  ): ServerResponse {
    const response = this.#response;
    const { writeHead } = this.#original;
    if (this.#isDecided) return this.#body ? response : writeHead.call(response, status, ...(rest as []));
    const message = typeof rest[0] === 'string' ? rest[0] : undefined;
    setHeaders(
      response,
      rest.find((one) => typeof one === 'object'),
    );
    response.statusCode = status;
    this.#decide(status, message);
    if (this.#body) return response;
    return writeHead.apply(response, (message === undefined ? [status] : [status, message]) as [number]);
  }

  #flushHeaders(): void {
    // As Node does, so that those who have wrapped it since then can add their headers.
    if (!this.#isDecided) this.#response.writeHead(this.#response.statusCode);
    if (!this.#body) this.#original.flushHeaders.call(this.#response);
  }

  #write(...args: [chunk: unknown, encoding?: BufferEncoding | Callback, done?: Callback]): boolean {
    if (!this.#isDecided) this.#decide(this.#response.statusCode);
    return this.#body
      ? this.#body.write(...(args as [string]))
      : this.#original.write.call(this.#response, ...(args as [string, BufferEncoding]));
  }

  #end(...args: unknown[]): ServerResponse {
    const response = this.#response;
    if (!this.#isDecided) this.#decide(response.statusCode);
    if (!this.#body) return this.#original.end.call(response, ...(args as [string, BufferEncoding]));
    const done = args.find((one) => typeof one === 'function') as (() => void) | undefined;
    if (done) response.once('finish', done);
    this.#body.end(...(args.filter((one) => typeof one !== 'function') as [string]));
    return response;
  }
}

function listHeaders(response: ServerResponse): [string, string][] {
  return Object.entries(response.getHeaders()).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one): [string, string] => [name, String(one)]),
  );
}

function setHeaders(
  response: ServerResponse,
  headers: OutgoingHttpHeaders | readonly string[] | undefined,
): void {
  if (!headers) return;
  if (Array.isArray(headers)) {
    const flat = headers.flat().map(String);
    // A name may repeat here, but replaces what was set before.
    for (let index = 0; index + 1 < flat.length; index += 2) response.removeHeader(flat[index]!);
    for (let index = 0; index + 1 < flat.length; index += 2) {
      response.appendHeader(flat[index]!, flat[index + 1]!);
    }
    return;
  }
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) response.setHeader(name, value);
}
