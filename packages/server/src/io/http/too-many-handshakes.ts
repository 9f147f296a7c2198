import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** After how many seconds the bucket has a token again: it gets at least one a second. */
const RETRY_AFTER = '1';
const TEXT = 'too many handshakes, try again in a second\n';

const HEADERS = {
  'Content-Type': 'text/plain; charset=utf-8',
  'Content-Length': TEXT.length,
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Access-Control-Allow-Origin': '*',
  'Retry-After': RETRY_AFTER,
};

/** Made once: under a flood it is most of what the server sends. */
const UPGRADE_RESPONSE = Buffer.from(
  [
    'HTTP/1.1 429 Too Many Requests',
    ...Object.entries({ ...HEADERS, Connection: 'close' }).map(([name, value]) => `${name}: ${value}`),
    '',
    TEXT,
  ].join('\r\n'),
);

const ignoreError = (): void => {};

/** Answers a handshake that is no upgrade with 429. */
export function respondTooManyRequests(response: ServerResponse): void {
  response.writeHead(429, HEADERS);
  response.end(TEXT);
}

/** Answers an upgrade with 429, and closes the connection when that is written: the limits of pending connections hold until then. */
export function rejectTooManyRequests(socket: Duplex): void {
  socket.on('error', ignoreError);
  socket.end(UPGRADE_RESPONSE, () => socket.destroy());
}
