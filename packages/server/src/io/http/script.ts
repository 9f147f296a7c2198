import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { createRequire } from 'node:module';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import fresh from 'fresh';
import Negotiator from 'negotiator';
import type { Route } from './route.ts';

/** Encodings, the smallest first. */
const ENCODINGS = ['br', 'gzip', 'identity'] as const;
type Encoding = (typeof ENCODINGS)[number];

interface Variant {
  body: Buffer;
  headers: OutgoingHttpHeaders;
}

let variants: Record<Encoding, Variant> | undefined;

/** Serves the widget's script, which is read and compressed once in a process. */
export function scriptRoute(): Route {
  const script = (variants ??= readVariants());

  return (request, response) => {
    const encoding = chooseEncoding(request);
    const { body, headers } = script[encoding];
    if (fresh(request.headers, { etag: headers['ETag'] })) {
      const { 'Content-Length': _, 'Content-Type': __, ...rest } = headers;
      response.writeHead(304, rest);
      response.end();
      return;
    }
    response.writeHead(200, headers);
    response.end(body);
  };
}

/** The smallest encoding that the client accepts. */
function chooseEncoding(request: IncomingMessage): Encoding {
  const negotiator = new Negotiator(request);
  // Missing in the published types: `preferred` breaks ties in our order instead of the header's.
  const encoding = negotiator.encoding.bind(negotiator) as (
    available: readonly string[],
    options: { preferred: readonly string[] },
  ) => string | undefined;
  return (encoding(ENCODINGS, { preferred: ENCODINGS }) as Encoding | undefined) ?? 'identity';
}

function readVariants(): Record<Encoding, Variant> {
  const path = createRequire(import.meta.url).resolve('@live-online/widget/live-online.js');
  const script = readFileSync(path);
  const version = createHash('sha256').update(script).digest('base64url').slice(0, 20);
  const variant = (body: Buffer, encoding: Encoding): Variant => ({
    body,
    headers: {
      'Content-Type': 'text/javascript; charset=utf-8',
      'Content-Length': body.length,
      ...(encoding !== 'identity' && { 'Content-Encoding': encoding }),
      ETag: `"${version}-${encoding}"`,
      // An update does not change the URL, so caches may keep the script for minutes, not for months.
      'Cache-Control': 'public, max-age=300, stale-while-revalidate=86400',
      Vary: 'Accept-Encoding',
      'X-Content-Type-Options': 'nosniff',
      // Any site may embed the script, including isolated ones (COEP) and those with integrity checks (CORS).
      'Access-Control-Allow-Origin': '*',
      'Cross-Origin-Resource-Policy': 'cross-origin',
      'Timing-Allow-Origin': '*',
    },
  });
  const br = brotliCompressSync(script, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: script.length } });
  const gz = gzipSync(script, { level: constants.Z_BEST_COMPRESSION });
  return { br: variant(br, 'br'), gzip: variant(gz, 'gzip'), identity: variant(script, 'identity') };
}
