import { LOOPBACK } from './backend.ts';

/** How the backend and the browser are connected to this server. */
interface Connected {
  target: URL;
  scheme: 'http' | 'https';
}

/** Browsers accept a cookie with such a name only over HTTPS. */
const PREFIXED = /^__(?:host|secure|http|host-http)-/i;
/** Precedes the name of such a cookie in a browser that is connected over HTTP. */
const PLAIN = 'live-online-';
/** Attributes that browsers accept only over HTTPS. Without `SameSite`, a cookie is sent by its own site's pages. */
const SECURE_ONLY = /^(secure|partitioned|samesite=none)$/;

/**
 * Maps a `Set-Cookie` header of the backend to this server: the domain, and what browsers accept only over HTTPS if the
 * backend uses it and this server does not.
 */
export function setCookieToBrowser(cookie: string, { target, scheme }: Connected): string {
  const isDowngraded = target.protocol === 'https:' && scheme === 'http';
  const [pair = '', ...attributes] = cookie.split(';');
  const kept = attributes.filter((attribute) => {
    const [name = '', value = ''] = attribute.split('=', 2).map((text) => text.trim().toLowerCase());
    if (isDowngraded && SECURE_ONLY.test(value === '' ? name : `${name}=${value}`)) return false;
    return name !== 'domain' || !isOwnDomain(value.replace(/^\./, ''), target.hostname);
  });
  const named = isDowngraded ? pair.replace(/^\s*/, '') : pair;
  return [isDowngraded && PREFIXED.test(named) ? PLAIN + named : pair, ...kept].join(';');
}

/** Maps a `Cookie` header to the names that the backend has set. */
export function cookiesToTarget(cookies: string): string {
  return cookies
    .split(';')
    .map((pair) => {
      const named = pair.trimStart();
      if (!named.startsWith(PLAIN) || !PREFIXED.test(named.slice(PLAIN.length))) return pair;
      return pair.slice(0, pair.length - named.length) + named.slice(PLAIN.length);
    })
    .join(';');
}

function isOwnDomain(domain: string, hostname: string): boolean {
  return hostname === domain || hostname.endsWith(`.${domain}`) || LOOPBACK.test(domain);
}
