import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { messageOf, setGivenHeaders, type HeadArguments } from './head-arguments.ts';
import {
  CONDITIONAL_HEADERS,
  isInjectable,
  mayBeDocument,
  type ResponseParts,
  type Responder,
} from './html-responder.ts';

/** Injects the client into the response of a host app if it is HTML. All other responses stay unchanged. */
export function hookResponse(request: IncomingMessage, response: ServerResponse, responder: Responder): void {
  if (!mayBeDocument(request)) return;
  // The browser's validators are those of the page without the client.
  for (const name of CONDITIONAL_HEADERS) delete request.headers[name];
  new ResponseHook(request, response, responder).install();
}

type Callback = (error?: Error | null) => void;

/** Wraps the methods of a response. If the host writes a document, the responder sends it. */
class ResponseHook {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #responder: Responder;
  /** The methods before they were wrapped. */
  readonly #original: Pick<ServerResponse, 'writeHead' | 'write' | 'end' | 'flushHeaders'>;
  /** What the host writes, if it is a document. */
  #body: PassThrough | undefined;
  #isDecided = false;

  constructor(request: IncomingMessage, response: ServerResponse, responder: Responder) {
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

  /** Called before the first byte is sent. */
  #decide(status: number, message?: string): void {
    this.#isDecided = true;
    const response = this.#response;
    const headers = listHeaders(response);
    const body = new PassThrough();
    const parts: ResponseParts = {
      status,
      ...(message !== undefined && { statusMessage: message }),
      headers,
      body,
    };
    // Without a document, methods that others have wrapped since then stay wrapped.
    if (!isInjectable(this.#request, parts)) return;
    this.#body = body;
    body.on('drain', () => response.emit('drain'));
    for (const [name] of headers) response.removeHeader(name);
    // Hono sets the length of its document as a private property, which Node ignores after this.
    response.removeHeader('content-length');
    void this.#responder.send(this.#request, this.#originalResponse(), parts);
  }

  /** The response with its original methods. The responder writes the document to it. */
  #originalResponse(): ServerResponse {
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

  #writeHead(status: number, ...rest: HeadArguments): ServerResponse {
    const response = this.#response;
    const { writeHead } = this.#original;
    if (this.#isDecided) return this.#body ? response : writeHead.call(response, status, ...(rest as []));
    const message = messageOf(rest);
    setGivenHeaders(response, rest);
    response.statusCode = status;
    this.#decide(status, message);
    if (this.#body) return response;
    return writeHead.apply(response, (message === undefined ? [status] : [status, message]) as [number]);
  }

  #flushHeaders(): void {
    // Like Node, so that code that has wrapped `writeHead` since then can add its headers.
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
