import { STATUS_CODES, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { TextDecoder } from 'node:util';
import escapeHtml from 'escape-html';
import { decompress } from '../../injection/decompress.ts';
import { encodingsOf, headerOf, isPolicy, mimeTypeOf } from '../../injection/document-headers.ts';
import { mayBeDocument, type ResponseParts } from '../../injection/html-responder.ts';
import type { BackendError } from '../templates/backend-error-page.ts';

/** Types of text for which browsers show a page without the client. */
const TEXT = /^(text\/.+|application\/((?!xhtml).+\+)?(json|xml|yaml)|application\/x-ndjson)$/;
/** Headers that describe the response, and not the page around it. */
const OF_THE_BODY = /^content-(type|length|encoding)$/i;

/** Whether a browser will show the response as a page, and not in an element. */
export function isNavigation(request: IncomingMessage): boolean {
  return mayBeDocument(request) && !/^(object|embed)$/.test(String(request.headers['sec-fetch-dest']));
}

/**
 * An error of the backend as a page that contains the client, so that the next update loads the page again. Errors that are
 * HTML, downloads or media stay as they are.
 *
 * @returns `undefined` if the response stays as it is
 */
export async function errorInPage(
  request: IncomingMessage,
  parts: ResponseParts & { body: Readable },
  target: URL,
  render: (error: BackendError) => { before: string; after: string },
): Promise<ResponseParts | undefined> {
  const { status, headers, body } = parts;
  const type = mimeTypeOf(headers);
  const isHtml = type?.isHTML() ?? false;
  const isText = type === undefined || TEXT.test(type.essence);
  if (/^\s*attachment/i.test(headerOf(headers, 'content-disposition') ?? '')) return undefined;
  if (!isHtml && !isText) return undefined;
  const isEmpty = !(await hasBytes(body));
  if (isHtml && !isEmpty) return undefined;
  const decoded = decompress(body, encodingsOf(headers));
  if (decoded === 'unknown') return undefined;
  const { before, after } = render({
    status: `${status} ${parts.statusMessage || (STATUS_CODES[status] ?? '')}`.trim(),
    request: `${request.method} ${target.origin}${request.url}`,
    type: headerOf(headers, 'content-type'),
    isEmpty,
  });
  const text = isEmpty ? [] : (decoded as Readable);
  return {
    ...parts,
    headers: [
      // A policy for the text would forbid the styles of the page.
      ...headers.filter(([name]) => !OF_THE_BODY.test(name) && !isPolicy(name)),
      ['Content-Type', 'text/html; charset=utf-8'],
    ],
    body: Readable.from(wrap(before, text, after, decoderFor(type?.parameters.get('charset')))),
  };
}

async function* wrap(
  before: string,
  text: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  after: string,
  decoder: TextDecoder,
): AsyncGenerator<Buffer> {
  yield Buffer.from(before);
  for await (const chunk of text) {
    const part = escapeHtml(decoder.decode(chunk, { stream: true }));
    if (part !== '') yield Buffer.from(part);
  }
  yield Buffer.from(escapeHtml(decoder.decode()) + after);
}

function decoderFor(charset: string | undefined): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}

/** Waits for the first bytes of a body, or for its end. The bytes stay in it. */
function hasBytes(body: Readable): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (has: boolean) => (): void => {
      body.off('readable', onReadable).off('end', onEnd).off('close', onEnd).off('error', onEnd);
      resolve(has);
    };
    const onEnd = settle(false);
    const onReadable = (): void => {
      const chunk: unknown = body.read();
      // At the end of the body, 'end' follows.
      if (chunk === null) return;
      body.unshift(chunk);
      settle(true)();
    };
    body.on('readable', onReadable).once('end', onEnd).once('close', onEnd).once('error', onEnd);
  });
}
