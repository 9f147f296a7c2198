import { limits } from '@live-online/protocol';

/** The site of pages whose browser names none: `Origin: null`, or neither Origin nor Referer. [C1] */
export const LOCAL_SITE = 'local';

/** What a request says about the page it comes from. */
export interface PageHeaders {
  origin?: string | undefined;
  referer?: string | undefined;
}

const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/([^/?#\\@\s]*)$/i;
/** Longest Origin that is looked at: scheme, the longest hostname and a port fit well. */
const MAX_ORIGIN_LENGTH = 400;

/**
 * The site that a page belongs to: the hostname of its origin, lower case, in punycode, without port.
 *
 * @returns `undefined` for an Origin that no browser would send.
 */
export function siteOf({ origin, referer }: PageHeaders): string | undefined {
  if (origin !== undefined) {
    if (origin === 'null') return LOCAL_SITE;
    const authority = origin.length <= MAX_ORIGIN_LENGTH ? ORIGIN.exec(origin)?.[1] : undefined;
    if (authority === undefined) return undefined;
    // Pages from disk and the like (file://) have an origin without a host.
    return authority === '' ? LOCAL_SITE : parseHostname(authority);
  }
  // Nothing relies on a Referer's form, so one that cannot be read is as good as none.
  const host = referer === undefined ? undefined : /^https?:\/\/([^/?#\\@\s]+)/i.exec(referer)?.[1];
  return (host !== undefined && parseHostname(host)) || LOCAL_SITE;
}

/**
 * The hostname of `authority` (a host, with or without a port) as sites are named.
 *
 * @returns `undefined` if it is not a hostname.
 */
export function parseHostname(authority: string): string | undefined {
  let hostname: string;
  try {
    // Read as http whatever the scheme, since URL normalises the hosts of few schemes only.
    const url = new URL(`http://${authority}/`);
    if (url.pathname !== '/' || url.username !== '' || url.password !== '') return undefined;
    hostname = url.hostname;
  } catch {
    return undefined;
  }
  // "example.org." is example.org, spelled out to the root of the DNS.
  if (hostname.endsWith('.')) hostname = hostname.slice(0, -1);
  return hostname !== '' && hostname.length <= limits.maxSiteLength ? hostname : undefined;
}
