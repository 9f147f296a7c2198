import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { isInjectable, mayBeDocument, NOT_WHOLE, type Answer, type HtmlResponder } from './html-response.ts';

/** Has the client put into whatever HTML a host's app is about to answer with. Everything else passes as it is. */
export function injectIntoResponse(
  request: IncomingMessage,
  response: ServerResponse,
  responder: HtmlResponder,
): void {
  if (!mayBeDocument(request)) return;
  // A page from before the client was put in would come back by them.
  for (const name of NOT_WHOLE) delete request.headers[name];
  const { writeHead, write, end, flushHeaders } = response;
  /** What the host writes once it is known to be a document. */
  let body: PassThrough | undefined;
  let decided = false;

  /** Called before the first byte goes out. */
  function decide(status: number, message?: string): void {
    decided = true;
    const headers = listHeaders(response);
    const answer: Answer = {
      status,
      ...(message !== undefined && { statusMessage: message }),
      headers,
      body: new PassThrough(),
    };
    // What others have wrapped since then stays: the way back would lead past them.
    if (!isInjectable(request, answer)) return;
    body = answer.body as PassThrough;
    body.on('drain', () => response.emit('drain'));
    for (const [name] of headers) response.removeHeader(name);
    void responder.send(request, underneath(), answer);
  }

  /** The response as it was before it was wrapped, for who writes the document. */
  function underneath(): ServerResponse {
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

  type Callback = (error?: Error | null) => void;
  const wrapped = {
    writeHead(status: number, ...rest: (string | OutgoingHttpHeaders | readonly string[] | undefined)[]) {
      if (decided) return body ? response : writeHead.call(response, status, ...(rest as []));
      const message = typeof rest[0] === 'string' ? rest[0] : undefined;
      const headers = rest.find((one) => typeof one === 'object');
      setHeaders(response, headers);
      response.statusCode = status;
      decide(status, message);
      if (!body)
        return writeHead.apply(response, (message === undefined ? [status] : [status, message]) as [number]);
      return response;
    },
    flushHeaders() {
      // As Node does, so that who has wrapped it since then can add its headers.
      if (!decided) response.writeHead(response.statusCode);
      if (!body) flushHeaders.call(response);
    },
    write(...args: [chunk: unknown, encoding?: BufferEncoding | Callback, done?: Callback]): boolean {
      if (!decided) decide(response.statusCode);
      return body
        ? body.write(...(args as [string]))
        : write.call(response, ...(args as [string, BufferEncoding]));
    },
    end(...args: unknown[]) {
      if (!decided) decide(response.statusCode);
      if (!body) return end.call(response, ...(args as [string, BufferEncoding]));
      const done = args.find((one) => typeof one === 'function') as (() => void) | undefined;
      if (done) response.once('finish', done);
      body.end(...(args.filter((one) => typeof one !== 'function') as [string]));
      return response;
    },
  };
  Object.assign(response, wrapped);
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
    // A name may repeat here, but takes the place of what was set before.
    for (let index = 0; index + 1 < flat.length; index += 2) response.removeHeader(flat[index]!);
    for (let index = 0; index + 1 < flat.length; index += 2) {
      response.appendHeader(flat[index]!, flat[index + 1]!);
    }
    return;
  }
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) response.setHeader(name, value);
}
