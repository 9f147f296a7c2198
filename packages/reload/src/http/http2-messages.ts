import {
  constants,
  Http2ServerRequest,
  Http2ServerResponse,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { OutgoingHttpHeader, ServerResponse } from 'node:http';
import type { ReadableOptions } from 'node:stream';
import { setGivenHeaders, type HeadArguments } from '../injection/head-arguments.ts';

/** Headers that HTTP/2 does not have (RFC 9113 §8.2.2). */
const OF_CONNECTIONS = /^(connection|keep-alive|proxy-connection|transfer-encoding|upgrade|http2-settings)$/i;

/** A request of HTTP/2 with the properties of one of HTTP/1.1, so that all that reads requests is the same for both. */
export class RequestOfHttp2 extends Http2ServerRequest {
  override readonly headers: IncomingHttpHeaders;
  override readonly rawHeaders: string[];
  readonly #hasWholeBody: () => boolean;

  constructor(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    options: ReadableOptions,
    rawHeaders: readonly string[],
  ) {
    super(stream, headers, options, rawHeaders);
    const isChunked = !stream.endAfterHeaders && headers['content-length'] === undefined;
    this.rawHeaders = rawHeadersOf(rawHeaders, isChunked);
    this.headers = headersOf(headers, isChunked);
    this.#hasWholeBody = watchBody(stream);
    this.once('aborted', () => super.destroy());
  }

  /** Node also ends the body of a request that is reset. A backend would take a part of it for the whole. */
  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    if (chunk !== null || this.#hasWholeBody()) return super.push(chunk, encoding);
    super.destroy();
    return false;
  }

  /** Ends the request, as the end of its connection does for HTTP/1.1. */
  override destroy(): this {
    reset(this.stream);
    return this;
  }
}

/** A response of HTTP/2 with the properties of one of HTTP/1.1. */
export class ResponseOfHttp2 extends Http2ServerResponse {
  constructor(stream: ServerHttp2Stream, ...options: unknown[]) {
    super(stream, ...(options as []));
    Object.defineProperties(this, {
      destroyed: { get: () => stream.destroyed },
      // Node ends a response that the browser has cancelled.
      writableFinished: { get: () => stream.writableFinished && !stream.aborted },
    });
  }

  override setHeader(name: string, value: OutgoingHttpHeader | readonly string[]): this {
    if (OF_CONNECTIONS.test(name)) return this;
    // Some headers may occur only once. A list means the same (RFC 9110 §5.3).
    const isList = Array.isArray(value) && name.toLowerCase() !== 'set-cookie';
    super.setHeader(name, isList ? value.join(', ') : value);
    return this;
  }

  /** Leaves out the reason phrase, which HTTP/2 does not have. */
  override writeHead(status: number, ...rest: HeadArguments): this {
    // Nothing can be set on a response that the browser has cancelled.
    if (!this.destroyed && !this.headersSent) setGivenHeaders(this as unknown as ServerResponse, rest);
    // Node sends no body with it, and a browser that waits for one takes the response for a broken one.
    if ((status === 204 || status === 205) && !this.headersSent) this.removeHeader('content-length');
    return super.writeHead(status);
  }

  /** Reports an error to the browser: it would take a part of a body for the whole. */
  override destroy(): this {
    reset(this.stream);
    return this;
  }
}

/**
 * Returns whether the whole body has arrived and was read. A stream that the browser resets without an error ends as a complete one
 * does, but is closed before. Node 20 would also keep such a stream until the browser reads the rest of the response.
 */
function watchBody(stream: ServerHttp2Stream): () => boolean {
  let isWhole: boolean | undefined;
  const push = stream.push.bind(stream);
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk === null && isWhole === undefined) {
      isWhole = !stream.closed;
      // Node still uses the stream in this tick.
      if (!isWhole) setImmediate(() => stream.destroy());
    }
    return push(chunk, encoding);
  };
  return () => stream.endAfterHeaders || (isWhole === true && stream.readableEnded);
}

function reset(stream: ServerHttp2Stream): void {
  if (!stream.closed) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  stream.destroy();
}

/** The headers as HTTP/1.1 has them. A body without a length is chunked there. */
function headersOf(headers: IncomingHttpHeaders, isChunked: boolean): IncomingHttpHeaders {
  const { ':authority': authority, ...rest } = headers;
  const own = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith(':')));
  const host = authority ?? headers.host;
  return {
    ...own,
    ...(host !== undefined && { host }),
    ...(isChunked && { 'transfer-encoding': 'chunked' }),
  };
}

/**
 * The headers as on the wire of HTTP/1.1. A `host` that differs from `:authority` stays a second Host, which is rejected. Browsers
 * send each cookie in a header of its own, which HTTP/1.1 does not allow (RFC 9113 §8.2.3).
 */
function rawHeadersOf(raw: readonly string[], isChunked: boolean): string[] {
  const list: string[] = [];
  const cookies: string[] = [];
  let authority: string | undefined;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name, value] = [raw[index]!, raw[index + 1]!];
    if (name === ':authority') authority = value;
    else if (name === 'cookie') cookies.push(value);
    else if (!name.startsWith(':')) list.push(name, value);
  }
  const hostAt = list.findIndex((name, index) => index % 2 === 0 && name === 'host');
  if (authority !== undefined && list[hostAt + 1]?.toLowerCase() === authority.toLowerCase() && hostAt !== -1)
    list.splice(hostAt, 2);
  return [
    ...(authority === undefined ? [] : ['host', authority]),
    ...list,
    ...(cookies.length === 0 ? [] : ['cookie', cookies.join('; ')]),
    ...(isChunked ? ['transfer-encoding', 'chunked'] : []),
  ];
}
