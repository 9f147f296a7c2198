import { limits } from '@live-online/protocol';

/** The site of pages whose browser names none: `Origin: null`, or neither Origin nor Referer. [C1] */
export const LOCAL_SITE = 'local';

/** The headers that name the page of a request. */
export interface PageHeaders {
  origin?: string | undefined;
  referer?: string | undefined;
  /** The `Host` of a request to the page's own origin. It serves where the browser sends neither of the others. */
  host?: string | undefined;
}

const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/([^/?#\\@\s]*)$/i;
/** Has room for a scheme, the longest hostname and a port. */
const MAX_ORIGIN_LENGTH = 400;

/**
 * The site that a page belongs to: the hostname of its origin, lower case, in punycode, without port.
 *
 * @returns `undefined` for an Origin that no browser would send.
 */
export function siteOf({ origin, referer, host }: PageHeaders): string | undefined {
  if (origin !== undefined) {
    if (origin === 'null') return LOCAL_SITE;
    const authority = origin.length <= MAX_ORIGIN_LENGTH ? ORIGIN.exec(origin)?.[1] : undefined;
    if (authority === undefined) return undefined;
    // Pages from disk and the like (file://) have an origin without a host.
    return authority === '' ? LOCAL_SITE : parseHostname(authority);
  }
  // A Referer may have any form: one that cannot be parsed counts as absent.
  const authority = referer === undefined ? host : /^https?:\/\/([^/?#\\@\s]+)/i.exec(referer)?.[1];
  return (authority !== undefined && parseHostname(authority)) || LOCAL_SITE;
}

/** A hostname that is as sites are named already, with a port or not: what nearly all browsers send. */
const NORMAL_HOST = /^((?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*)(?::\d{1,4})?$/;

/**
 * The hostname of `authority` (a host, with or without a port) as sites are named.
 *
 * @returns `undefined` if it is not a hostname.
 */
export function parseHostname(authority: string): string | undefined {
  // Parsing a URL costs as much as a tenth of a handshake. Punycode may be invalid.
  const normal = authority.includes('xn--') ? undefined : NORMAL_HOST.exec(authority)?.[1];
  if (normal !== undefined) return normal.length <= limits.maxSiteLength ? normal : undefined;
  let hostname: string;
  try {
    // Parsed as http, because URL normalizes the hosts of few schemes only.
    const url = new URL(`http://${authority}/`);
    if (url.pathname !== '/' || url.username !== '' || url.password !== '') return undefined;
    hostname = url.hostname;
  } catch {
    return undefined;
  }
  // "example.org." is the fully qualified form of example.org.
  if (hostname.endsWith('.')) hostname = hostname.slice(0, -1);
  return hostname !== '' && hostname.length <= limits.maxSiteLength ? hostname : undefined;
}
