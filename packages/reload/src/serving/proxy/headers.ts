import type { IncomingHttpHeaders } from 'node:http';
import { isDecodable } from '../../injection/decompress.ts';
import { CONDITIONAL_HEADERS } from '../../injection/html-responder.ts';
import { LOOPBACK } from './backend.ts';
import { cookiesToTarget, setCookieToBrowser } from './cookies.ts';

/** Names and values as on the wire. */
export type HeaderList = [name: string, value: string][];

/** The two sides of the proxy. */
export interface Sides {
  /** The backend. */
  target: URL;
  /** This server's host and port as the browser knows them. */
  host: string;
  /** How the browser connects to this server. */
  scheme: 'http' | 'https';
}

/** Headers that belong to one connection and not to the message (RFC 9110 §7.6.1). */
const HOP_BY_HOP =
  /^(connection|keep-alive|proxy-(authenticate|authorization|connection)|te|trailer|transfer-encoding|upgrade|http2-settings)$/;
/** Headers that frame, describe or route a message. `Connection` cannot make them hop-by-hop. */
const OF_THE_MESSAGE =
  /^(content-(encoding|length|range|type)|expect|host|max-forwards|trailer|transfer-encoding)$/;
/** Headers of proxies. They are removed: the backend sees its own address, and a client's values cannot be trusted. */
const FORWARDED = /^(forwarded|x-forwarded-.+|x-real-ip)$/;
const RESOURCE_POLICY = 'Cross-Origin-Resource-Policy';
/** Directives that make browsers use HTTPS. */
const UPGRADES = /(^|[;,])\s*(?:upgrade-insecure-requests|block-all-mixed-content)\s*(?=[;,]|$)/gi;
/** Methods whose requests have no body by default. */
const BODILESS = /^(GET|HEAD|DELETE|OPTIONS|TRACE|CONNECT)$/;

/** The headers without hop-by-hop headers, by definition or by the `Connection` header. */
function endToEnd(raw: readonly string[]): HeaderList {
  const named = new Set(connectionOptions(raw));
  return pairs(raw).filter(([name]) => {
    const lower = name.toLowerCase();
    return !HOP_BY_HOP.test(lower) && (!named.has(lower) || OF_THE_MESSAGE.test(lower));
  });
}

/**
 * The name of a header that frames or routes a message, if `Connection` names one. Without that header, the backend would
 * read another message than the one that was checked here, or two (request smuggling).
 */
export function findNamedFraming(raw: readonly string[]): string | undefined {
  return connectionOptions(raw).find((name) => OF_THE_MESSAGE.test(name));
}

function pairs(raw: readonly string[]): HeaderList {
  const list: HeaderList = [];
  for (let index = 0; index + 1 < raw.length; index += 2) list.push([raw[index]!, raw[index + 1]!]);
  return list;
}

/** The options in the `Connection` headers of a message, in lower case. */
function connectionOptions(raw: readonly string[]): string[] {
  return pairs(raw)
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(','))
    .map((name) => name.trim().toLowerCase());
}

/**
 * The headers of a request for the backend, as if the browser had sent it there.
 *
 * @param asDocument whether the response may be injected and must therefore be complete
 */
export function requestHeaders(
  raw: readonly string[],
  { target, host }: Sides,
  asDocument: boolean,
): HeaderList {
  const headers: HeaderList = [];
  for (const [name, value] of endToEnd(raw)) {
    const lower = name.toLowerCase();
    if (lower === 'host' || lower === 'expect' || FORWARDED.test(lower)) continue;
    if (asDocument && (CONDITIONAL_HEADERS as readonly string[]).includes(lower)) continue;
    if (lower === 'origin' || lower === 'referer') headers.push([name, toTarget(value, target, host)]);
    else if (lower === 'cookie') headers.push([name, cookiesToTarget(value)]);
    else if (lower === 'accept-encoding') headers.push([name, knownEncodings(value)]);
    else headers.push([name, value]);
  }
  return [['Host', target.host], ...headers];
}

/** The headers of a response for the browser. */
export function responseHeaders(raw: readonly string[], sides: Sides): HeaderList {
  const headers: HeaderList = [];
  const chunked = pairs(raw).some(([name]) => name.toLowerCase() === 'transfer-encoding');
  for (const [name, value] of endToEnd(raw)) {
    const lower = name.toLowerCase();
    // A length beside chunks may be wrong (RFC 9112 §6.3). Strict-Transport-Security would lock the browser out of this host.
    if ((chunked && lower === 'content-length') || lower === 'strict-transport-security') continue;
    if (lower === 'location' || lower === 'content-location' || lower === 'access-control-allow-origin') {
      headers.push([name, toBrowser(value, sides)]);
    } else if (lower === 'refresh') {
      headers.push([
        name,
        value.replace(
          /(url\s*=\s*["']?)([^"']+)/i,
          (_, start: string, url: string) => start + toBrowser(url, sides),
        ),
      ]);
    } else if (lower === 'set-cookie') headers.push([name, setCookieToBrowser(value, sides)]);
    else if (/^content-security-policy(-report-only)?$/.test(lower)) {
      const isDowngraded = sides.target.protocol === 'https:' && sides.scheme === 'http';
      headers.push([name, isDowngraded ? value.replace(UPGRADES, '$1') : value]);
    } else headers.push([name, value]);
  }
  // By default, other origins must not embed pages in development.
  if (!headers.some(([name]) => name.toLowerCase() === RESOURCE_POLICY.toLowerCase()))
    headers.push([RESOURCE_POLICY, 'same-origin']);
  return headers;
}

/** The headers that keep the framing of a request's body. Without them, Node would send a missing body as chunks. */
export function bodyFraming(headers: IncomingHttpHeaders, method: string): HeaderList {
  if (headers['transfer-encoding'] !== undefined) return [['Transfer-Encoding', 'chunked']];
  if (headers['content-length'] !== undefined || BODILESS.test(method)) return [];
  return [['Content-Length', '0']];
}

function toTarget(value: string, target: URL, host: string): string {
  const own = /^https?:\/\/([^/]+)/i.exec(value);
  return own?.[1]?.toLowerCase() === host.toLowerCase() ? target.origin + value.slice(own[0].length) : value;
}

function toBrowser(value: string, { target, host, scheme }: Sides): string {
  const match = /^(?:https?:)?\/\/([^/?#]+)/i.exec(value);
  if (!match || !isTarget(match[1]!, target)) return value;
  return `${scheme}://${host}${value.slice(match[0].length)}`;
}

/** Whether a host is the backend. On loopback it has several names. */
function isTarget(authority: string, target: URL): boolean {
  if (!URL.canParse(`${target.protocol}//${authority}`)) return false;
  const { hostname, host, port } = new URL(`${target.protocol}//${authority}`);
  return (
    host === target.host ||
    (port === target.port && LOOPBACK.test(hostname) && LOOPBACK.test(target.hostname))
  );
}

function knownEncodings(value: string): string {
  const known = value.split(',').filter((part) => {
    const encoding = part.split(';', 1)[0]!.trim();
    return /^identity$/i.test(encoding) || isDecodable(encoding);
  });
  return known.length > 0 ? known.map((part) => part.trim()).join(', ') : 'identity';
}
