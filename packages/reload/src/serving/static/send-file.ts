import { readSync, type ReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import fresh from 'fresh';
import parseRange from 'range-parser';
import { respondText } from '../../http/respond.ts';
import { mayBeDocument, type ResponseParts, type Responder } from '../../injection/html-responder.ts';
import { typeOf } from './content-type.ts';
import type { Resolved } from './resolve-file.ts';

export type OpenFile = Extract<Resolved, { kind: 'file' }>;

/** Headers of every response from a folder. */
export const COMMON_HEADERS: ResponseParts['headers'] = [
  ['Cache-Control', 'no-cache'],
  ['X-Content-Type-Options', 'nosniff'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
];

/** A file of up to this size is read before its Content-Length is sent. */
const WHOLE_BYTES = 1 << 20;

/** The part of a file to send: none because the browser has it, none because the range is outside, or bytes. */
export type FilePart = 'not-modified' | 'unsatisfiable' | { start: number; end: number; partial: boolean };

/** The validators of a file (RFC 9110 §8.8). */
export interface Validators {
  etag: string;
  lastModified: string;
}

/**
 * Sends a file or a part of it, and closes it.
 *
 * @returns `false` if nothing was sent, because the file was truncated after it was opened
 */
export async function sendFile(
  responder: Responder,
  request: IncomingMessage,
  response: ServerResponse,
  file: OpenFile,
  status: 200 | 404,
): Promise<boolean> {
  const { handle, stats, path } = file;
  const { size } = stats;
  const validators = validatorsOf(stats);
  const type = await typeOf(path, handle.fd);
  // An injected document differs from its file, so the file's validators and ranges do not apply.
  const isWhole = status !== 200 || (/\.html?$/i.test(path) && mayBeDocument(request));
  const part = isWhole ? { start: 0, end: size - 1, partial: false } : partOf(request, size, validators);
  if (part === 'unsatisfiable') {
    await handle.close();
    respondText(response, 416, 'the range is outside the file', { 'Content-Range': `bytes */${size}` });
    return true;
  }
  const headers: ResponseParts['headers'] = [
    ...COMMON_HEADERS,
    ['ETag', validators.etag],
    ['Last-Modified', validators.lastModified],
    ['Accept-Ranges', 'bytes'],
  ];
  if (part === 'not-modified') {
    await handle.close();
    await responder.send(request, response, { status: 304, headers, body: undefined });
    return true;
  }
  const { start, end, partial } = part;
  const body = await readBody(request, response, file, start, end);
  if (body === 'truncated') return false;
  const parts: ResponseParts = {
    status: partial ? 206 : status,
    headers: [
      ...headers,
      ['Content-Type', type],
      ['Content-Length', String(end - start + 1)],
      ...(partial ? [['Content-Range', `bytes ${start}-${end}/${size}`] as const] : []),
    ],
    body,
  };
  await responder.send(request, response, parts, { file: path });
  return true;
}

function validatorsOf({ size, mtimeMs, mtime, ino }: OpenFile['stats']): Validators {
  return {
    etag: `"${size.toString(36)}-${mtimeMs.toString(36)}-${ino.toString(36)}"`,
    lastModified: mtime.toUTCString(),
  };
}

/** The part of a file that a request asks for by its conditions and its Range (RFC 9110 §13 and §14). */
export function partOf(
  { headers, method }: Pick<IncomingMessage, 'headers' | 'method'>,
  size: number,
  { etag, lastModified }: Validators,
): FilePart {
  if (fresh(headers, { etag, 'last-modified': lastModified })) return 'not-modified';
  const whole = { start: 0, end: size - 1, partial: false };
  if (headers.range === undefined || method !== 'GET') return whole;
  const condition = headers['if-range'];
  if (condition !== undefined && condition !== etag && condition !== lastModified) return whole;
  const ranges = parseRange(size, headers.range);
  if (ranges === -1) return 'unsatisfiable';
  // Several ranges are rarely requested, and get the whole file.
  if (ranges === -2 || ranges.length !== 1 || ranges.type !== 'bytes') return whole;
  return { ...ranges[0]!, partial: true };
}

/** Reads the bytes to send. Closes the file at once, or when its stream ends. */
async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  file: OpenFile,
  start: number,
  end: number,
): Promise<ResponseParts['body'] | 'truncated'> {
  const { handle, stats } = file;
  if (request.method === 'HEAD' || stats.size === 0) {
    await handle.close();
    return request.method === 'HEAD' ? undefined : Buffer.alloc(0);
  }
  if (stats.size > WHOLE_BYTES) return streamPart(file, start, end, response);
  return readPart(file, start, end) ?? 'truncated';
}

/** Reads synchronously, because a page waits. Closes the file. Returns `undefined` if the file was truncated. */
function readPart({ handle }: OpenFile, start: number, end: number): Buffer | undefined {
  const part = Buffer.alloc(end - start + 1);
  let length = 0;
  try {
    while (length < part.length) {
      const read = readSync(handle.fd, part, length, part.length - length, start + length);
      if (read === 0) return undefined;
      length += read;
    }
    return part;
  } finally {
    void handle.close();
  }
}

/** If the file is truncated meanwhile, the connection ends: the browser would wait for the missing bytes. */
function streamPart({ handle }: OpenFile, start: number, end: number, response: ServerResponse): ReadStream {
  const body = handle.createReadStream({ start, end });
  body.on('end', () => body.bytesRead < end - start + 1 && response.destroy());
  return body;
}
