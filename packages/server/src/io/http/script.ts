import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import fresh from 'fresh';
import { chooseEncoding, type Encoding } from './choose-encoding.ts';
import type { Route } from './route.ts';
import { readWidgetScript, type WidgetFile } from './widget-script.ts';

interface Variant {
  body: Buffer;
  headers: OutgoingHttpHeaders;
}

/** An update does not change the URL, so caches may keep the script for minutes, not for months. */
const CACHED = { 'Cache-Control': 'public, max-age=300, stale-while-revalidate=86400' };
/**
 * The total is that of one site at one moment. A cache that several visitors share must not give it to another site. The
 * browser keeps the script, and asks each time whether it is current: the total comes with the answer.
 */
const ASKED_FOR = { 'Cache-Control': 'private, no-cache' };
/** The address changes with the content. */
const IMMUTABLE = { 'Cache-Control': 'public, max-age=31536000, immutable' };

const compressed = new Map<WidgetFile, Record<Encoding, Variant>>();

/**
 * Serves the widget's script, which is compressed once in a process.
 *
 * @param firstTotal the value of the header `Server-Timing` for a request.
 */
export function scriptRoute(firstTotal: (request: IncomingMessage) => string | undefined): Route {
  const variants = compressScript('live-online');
  return (request, response) => {
    const total = firstTotal(request);
    const more = total === undefined ? CACHED : { ...ASKED_FOR, 'Server-Timing': total };
    respond(variants, request, response, more);
  };
}

/** Serves the second file of the widget, which its script loads if it needs it. */
export function secondFileRoute(): Route {
  const variants = compressScript('live-online.more');
  return (request, response) => respond(variants, request, response, CACHED);
}

/** Serves a file below a name that has its hash. */
export function immutableScriptRoute(file: WidgetFile): Route {
  const variants = compressScript(file);
  return (request, response) => respond(variants, request, response, IMMUTABLE);
}

function respond(
  variants: Record<Encoding, Variant>,
  request: IncomingMessage,
  response: ServerResponse,
  more: OutgoingHttpHeaders,
): void {
  const { body, headers } = variants[chooseEncoding(request)];
  if (fresh(request.headers, { etag: headers['ETag'] })) {
    const { 'Content-Length': _, 'Content-Type': __, ...rest } = headers;
    response.writeHead(304, { ...rest, ...more });
    response.end();
    return;
  }
  response.writeHead(200, { ...headers, ...more });
  response.end(body);
}

function compressScript(file: WidgetFile): Record<Encoding, Variant> {
  const known = compressed.get(file);
  if (known) return known;
  const { bytes, hash } = readWidgetScript(file);
  const variant = (body: Buffer, encoding: Encoding): Variant => ({
    body,
    headers: {
      'Content-Type': 'text/javascript; charset=utf-8',
      'Content-Length': body.length,
      ...(encoding !== 'identity' && { 'Content-Encoding': encoding }),
      ETag: `"${hash}-${encoding}"`,
      Vary: 'Accept-Encoding',
      'X-Content-Type-Options': 'nosniff',
      // Any site may embed the script, including isolated ones (COEP) and those with integrity checks (CORS).
      'Access-Control-Allow-Origin': '*',
      'Cross-Origin-Resource-Policy': 'cross-origin',
      // Any page may read the total in its own request.
      'Timing-Allow-Origin': '*',
    },
  });
  const br = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  const gz = gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
  const variants = { br: variant(br, 'br'), gzip: variant(gz, 'gzip'), identity: variant(bytes, 'identity') };
  compressed.set(file, variants);
  return variants;
}
