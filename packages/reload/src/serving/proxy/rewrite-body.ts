import { pipeline, Readable, Transform as TransformStream } from 'node:stream';
import { decompress } from '../../injection/decompress.ts';
import { encodingsOf, headerOf, mimeTypeOf, type HeaderList } from '../../injection/document-headers.ts';
import type { ResponseParts } from '../../injection/html-responder.ts';
import type { Transform } from '../../injection/send-body.ts';
import {
  createDecoder,
  detectCodeUnit,
  encode,
  type CodeUnit,
  type Decoder,
} from '../../injection/text-encoding.ts';
import type { AddressMap } from './address-map.ts';
import { CssRewriter, type TextRewriter } from './rewrite-css.ts';
import { HtmlRewriter } from './rewrite-html.ts';

/** What may wait on each side of the rewriter: a few reads of a socket, so that it need not stop after each of them. */
const BUFFERED_BYTES = 256 << 10;
/** Headers that describe the bytes of the original body. The validators identify the original, from which the rest follows. */
const BODY_HEADERS = /^(content-(length|encoding|md5|digest)|digest|repr-digest|accept-ranges)$/;

/**
 * Maps the addresses of the backend in a response of HTML or CSS, and in its headers. The body stays a stream. Other
 * responses, parts of files and downloads are returned as they are.
 */
export function rewriteResponse(parts: ResponseParts, addresses: AddressMap): ResponseParts {
  const headers = parts.headers.map(
    ([name, value]) => [name, rewriteHeader(name, value, addresses)] as const,
  );
  const { body, status } = parts;
  const type = mimeTypeOf(headers);
  const isHtml = type?.isHTML() ?? false;
  const isText = isHtml || type?.essence === 'text/css';
  if (!(body instanceof Readable) || !isText || status === 206 || isDownload(headers))
    return { ...parts, headers };
  const decoded = decompress(body, encodingsOf(headers));
  if (!(decoded instanceof Readable)) return { ...parts, headers };
  const rewriter = isHtml ? new HtmlRewriter(addresses) : new CssRewriter(addresses);
  return {
    ...parts,
    headers: headers.filter(([name]) => !BODY_HEADERS.test(name.toLowerCase())),
    body: transformStream(decoded, new BytesRewriter(rewriter, type?.parameters.get('charset'))),
  };
}

function rewriteHeader(name: string, value: string, addresses: AddressMap): string {
  if (/^(link|content-security-policy(-report-only)?)$/i.test(name)) return addresses.map(value, 'list');
  // htmx, Turbolinks and Inertia navigate to these.
  if (/^(hx-(location|push-url|redirect|replace-url)|turbolinks-location|x-inertia-location)$/i.test(name))
    return addresses.map(value, 'whole');
  return value;
}

function isDownload(headers: HeaderList): boolean {
  return /^\s*attachment/i.test(headerOf(headers, 'content-disposition') ?? '');
}

function transformStream(source: Readable, { write, end }: Transform): Readable {
  const stream = new TransformStream({
    highWaterMark: BUFFERED_BYTES,
    transform(chunk: Buffer, _encoding, done) {
      pushAll(this, write(chunk));
      done();
    },
    flush(done) {
      pushAll(this, end());
      done();
    },
  });
  // The receiver of the stream sees its errors.
  return pipeline(source, stream, () => {});
}

function pushAll(stream: Readable, pieces: readonly Uint8Array[]): void {
  for (const piece of pieces) if (piece.length > 0) stream.push(piece);
}

/** Rewrites text without decoding it: each byte, or pair of bytes, is one character, so that all others stay unchanged. */
class BytesRewriter implements Transform {
  readonly #rewriter: TextRewriter;
  readonly #charset: string | undefined;
  /** The first bytes: they determine the encoding. */
  #start: Uint8Array | undefined = new Uint8Array(0);
  #decoder: Decoder | undefined;
  #unit: CodeUnit = 'byte';

  constructor(rewriter: TextRewriter, charset: string | undefined) {
    this.#rewriter = rewriter;
    this.#charset = charset;
  }

  readonly write = (chunk: Uint8Array): Uint8Array[] => {
    if (!this.#start) return this.#rewrite(chunk);
    const start = (this.#start = Buffer.concat([this.#start, chunk]));
    return start.length < 4 ? [] : this.#begin(start);
  };

  readonly end = (): Uint8Array[] => {
    const first = this.#start ? this.#begin(this.#start) : [];
    return this.#decoder ? [...first, this.#encode(this.#rewriter.end()), this.#decoder.pending] : first;
  };

  #begin(start: Uint8Array): Uint8Array[] {
    this.#start = undefined;
    const unit = detectCodeUnit(start, this.#charset);
    if (unit !== undefined) {
      this.#unit = unit;
      this.#decoder = createDecoder(unit);
    }
    return this.#rewrite(start);
  }

  #rewrite(bytes: Uint8Array): Uint8Array[] {
    if (!this.#decoder) return [bytes];
    const text = this.#decoder.decode(bytes);
    const rewritten = this.#rewriter.write(text);
    // Most chunks contain no address: their bytes need no copy.
    return [this.#unit === 'byte' && rewritten === text ? bytes : this.#encode(rewritten)];
  }

  #encode(text: string): Uint8Array {
    return encode(text, this.#unit);
  }
}
