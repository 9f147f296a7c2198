import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import fresh from 'fresh';
import { chooseEncoding, type Encoding } from '../choose-encoding.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A built file in each encoding. */
interface PageFile {
  bodies: Record<Encoding, Buffer>;
  hash: string;
  type: string;
}

const files = new Map<string, PageFile>();

/**
 * Responds with a file of `dist/pages`, which is read and compressed once in a process. Browsers ask each time whether
 * their copy is current, because an update of the server does not change the address.
 *
 * @param name of an existing file, never a part of a request
 */
export function respondWithPageFile(
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  more: OutgoingHttpHeaders = {},
): void {
  let file = files.get(name);
  if (!file) files.set(name, (file = readPageFile(name)));
  const encoding = chooseEncoding(request);
  const headers = {
    'Cache-Control': 'no-cache',
    ETag: `"${file.hash}-${encoding}"`,
    Vary: 'Accept-Encoding',
    'X-Content-Type-Options': 'nosniff',
    ...more,
  };
  if (fresh(request.headers, { etag: headers.ETag })) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  const body = file.bodies[encoding];
  response.writeHead(200, {
    ...headers,
    'Content-Type': file.type,
    'Content-Length': body.length,
    ...(encoding !== 'identity' && { 'Content-Encoding': encoding }),
  });
  response.end(body);
}

function readPageFile(name: string): PageFile {
  // By the package's own name: sources and builds are at different depths.
  const manifest = createRequire(import.meta.url).resolve('@live-online/server/package.json');
  const identity = readFileSync(join(dirname(manifest), 'dist/pages', name));
  return {
    bodies: { identity, gzip: gzipSync(identity), br: brotliCompressSync(identity) },
    hash: createHash('sha256').update(identity).digest('hex').slice(0, 16),
    type: TYPES[extname(name)]!,
  };
}
