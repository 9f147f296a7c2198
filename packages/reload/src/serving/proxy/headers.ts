import type { IncomingHttpHeaders } from 'node:http';
import { CONDITIONAL_HEADERS } from '../../injection/html-response.ts';

/** Names and values, as they stand on the wire. */
export type HeaderList = [name: string, value: string][];

/** Who is who on the two sides of the proxy. */
export interface Sides {
  /** The backend. */
  target: URL;
  /** The host by which the browser knows this server, with its port. */
  host: string;
}

/** What belongs to one connection and not to the message. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);
/** What says where a message ends, what its bytes are and where it goes: never of one connection only. */
const OF_THE_MESSAGE = new Set([
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'expect',
  'host',
  'max-forwards',
  'trailer',
  'transfer-encoding',
]);
/** What tells of proxies: the backend is to see its own address, and what a client wrote there is not to be believed. */
const FORWARDED = /^(forwarded|x-forwarded-.+|x-real-ip)$/;
const RESOURCE_POLICY = 'Cross-Origin-Resource-Policy';
const KNOWN_ENCODINGS = /^(gzip|x-gzip|deflate|br|identity)$/i;
/** Methods whose requests have no body unless they say so. */
const BODILESS = /^(GET|HEAD|DELETE|OPTIONS|TRACE|CONNECT)$/;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Names and values, without those that belong to the connection, by definition or because its `Connection` header says so. */
function endToEnd(raw: readonly string[]): HeaderList {
  const named = new Set(connectionOptions(raw));
  return pairs(raw).filter(([name]) => {
    const lower = name.toLowerCase();
    return !HOP_BY_HOP.has(lower) && (!named.has(lower) || OF_THE_MESSAGE.has(lower));
  });
}

/**
 * The name of a header that frames or routes a message, if `Connection` names one. Without it, the backend would not read
 * the message that was checked here, but another one, or two. (RFC 9110, 7.6.1)
 */
export function findNamedFraming(raw: readonly string[]): string | undefined {
  return connectionOptions(raw).find((name) => OF_THE_MESSAGE.has(name));
}

function pairs(raw: readonly string[]): HeaderList {
  const list: HeaderList = [];
  for (let index = 0; index + 1 < raw.length; index += 2) list.push([raw[index]!, raw[index + 1]!]);
  return list;
}

/** What the `Connection` headers of a message name, in lower case. */
function connectionOptions(raw: readonly string[]): string[] {
  return pairs(raw)
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(','))
    .map((name) => name.trim().toLowerCase());
}

/**
 * The headers of a request as the backend is to see them: as if the browser had asked it itself.
 *
 * @param asDocument whether the answer may be injected; then it must come whole.
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
    else if (lower === 'accept-encoding') headers.push([name, knownEncodings(value)]);
    else headers.push([name, value]);
  }
  return [['Host', target.host], ...headers];
}

/** The headers of an answer as the browser is to see them. */
export function responseHeaders(raw: readonly string[], sides: Sides): HeaderList {
  const headers: HeaderList = [];
  const chunked = pairs(raw).some(([name]) => name.toLowerCase() === 'transfer-encoding');
  for (const [name, value] of endToEnd(raw)) {
    const lower = name.toLowerCase();
    // A length beside chunks is one that may be wrong; and a promise of https would lock the browser out of this host.
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
    } else if (lower === 'set-cookie') headers.push([name, mapCookie(value, sides)]);
    else headers.push([name, value]);
  }
  // What is being built is nobody else's to embed; a backend that is meant for others says so.
  if (!headers.some(([name]) => name.toLowerCase() === RESOURCE_POLICY.toLowerCase()))
    headers.push([RESOURCE_POLICY, 'same-origin']);
  return headers;
}

/** What to add so that a request's body is framed as it came: Node would make chunks of one that is not there. */
export function bodyFraming(headers: IncomingHttpHeaders, method: string): HeaderList {
  if (headers['transfer-encoding'] !== undefined) return [['Transfer-Encoding', 'chunked']];
  if (headers['content-length'] !== undefined || BODILESS.test(method)) return [];
  return [['Content-Length', '0']];
}

function toTarget(value: string, target: URL, host: string): string {
  const own = /^https?:\/\/([^/]+)/i.exec(value);
  return own?.[1]?.toLowerCase() === host.toLowerCase() ? target.origin + value.slice(own[0].length) : value;
}

function toBrowser(value: string, { target, host }: Sides): string {
  const match = /^(?:https?:)?\/\/([^/?#]+)/i.exec(value);
  if (!match || !isTarget(match[1]!, target)) return value;
  return `http://${host}${value.slice(match[0].length)}`;
}

/** Whether a host is the backend by any of its names: a server on the loopback has several. */
function isTarget(authority: string, target: URL): boolean {
  if (!URL.canParse(`${target.protocol}//${authority}`)) return false;
  const { hostname, host, port } = new URL(`${target.protocol}//${authority}`);
  return (
    host === target.host ||
    (port === target.port && LOOPBACK.test(hostname) && LOOPBACK.test(target.hostname))
  );
}

/** A cookie for the backend's domain is one for this server's. */
function mapCookie(cookie: string, { target }: Sides): string {
  const [pair, ...attributes] = cookie.split(';');
  const kept = attributes.filter((attribute) => {
    const [name = '', value = ''] = attribute.split('=', 2).map((text) => text.trim().toLowerCase());
    if (name === 'secure') return target.protocol !== 'https:';
    return name !== 'domain' || !isOwnDomain(value.replace(/^\./, ''), target.hostname);
  });
  return [pair, ...kept].join(';');
}

function isOwnDomain(domain: string, hostname: string): boolean {
  return hostname === domain || hostname.endsWith(`.${domain}`) || LOOPBACK.test(domain);
}

function knownEncodings(value: string): string {
  const known = value.split(',').filter((part) => KNOWN_ENCODINGS.test(part.split(';', 1)[0]!.trim()));
  return known.length > 0 ? known.map((part) => part.trim()).join(', ') : 'identity';
}
