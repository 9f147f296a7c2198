import type { IncomingMessage } from 'node:http';
import { MIMEType } from 'whatwg-mimetype';
import { extendPolicy } from './content-security-policy.ts';

export type HeaderList = readonly (readonly [name: string, value: string])[];

/** Headers that describe the body before the injection. */
const BODY_HEADERS =
  /^(content-(length|encoding|md5|digest)|digest|repr-digest|etag|last-modified|accept-ranges|transfer-encoding)$/;

/**
 * The headers of an injected document: without those that describe the original body, with a policy that allows the client,
 * and with a Cache-Control that makes the browser revalidate.
 *
 * @param nonce the nonce of the client's tag
 */
export function documentHeaders(
  headers: HeaderList,
  request: IncomingMessage,
  scriptUrl: string,
  nonce: string,
): HeaderList {
  const host = request.headers.host ?? 'localhost';
  // The server of a host app may use TLS.
  const scheme = 'encrypted' in request.socket ? 'https' : 'http';
  const script = new URL(scriptUrl, `${scheme}://${host}`).href;
  const connect = [`${scheme}://${host}`, `${scheme.replace('http', 'ws')}://${host}`];
  const cache = headerOf(headers, 'cache-control') ?? '';
  return [
    ...headers
      .filter(([name]) => !BODY_HEADERS.test(name.toLowerCase()) && !/^(cache-control|expires)$/i.test(name))
      .map(
        ([name, value]) =>
          [name, isPolicy(name) ? extendPolicy(value, { script, nonce, connect }) : value] as const,
      ),
    ['Cache-Control', /no-store/i.test(cache) ? cache : 'no-cache'],
  ];
}

export function isPolicy(name: string): boolean {
  return /^content-security-policy(-report-only)?$/i.test(name);
}

export function mimeTypeOf(headers: HeaderList): MIMEType | undefined {
  try {
    return new MIMEType(headerOf(headers, 'content-type') ?? '');
  } catch {
    return undefined;
  }
}

export function headerOf(headers: HeaderList, wanted: string): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** The compressions of a body, in the order in which they were applied. */
export function encodingsOf(headers: HeaderList): string[] {
  return headers
    .filter(([name]) => name.toLowerCase() === 'content-encoding')
    .flatMap(([, value]) => value.split(','))
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
}
