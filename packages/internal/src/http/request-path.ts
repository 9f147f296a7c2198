import type { IncomingMessage } from 'node:http';

/** Removes scheme and host from a request target that names the whole address, as clients send it to a proxy (RFC 9112 §3.2.2). */
export function withoutAuthority(target: string): string {
  return target.replace(/^https?:\/\/[^/?#]*/i, '');
}

/** The path of a request, without its query. */
export function pathOf({ url = '/' }: Pick<IncomingMessage, 'url'>): string {
  const target = url.startsWith('/') ? url : withoutAuthority(url);
  const end = target.search(/[?#]/);
  return (end === -1 ? target : target.slice(0, end)) || '/';
}

/** The query of a request with its question mark; empty if there is none. */
export function queryOf({ url = '/' }: IncomingMessage): string {
  const [target] = url.split('#', 1) as [string];
  const start = target.indexOf('?');
  return start === -1 ? '' : target.slice(start);
}
