/** Why connections and requests are rejected or terminated, and what an administrator can do. */
const REASONS: Record<string, string> = {
  maxConnections: 'The limit of connections in all is reached: --max-connections.',
  maxPerAddress:
    'One address has too many connections: --max-per-address. Behind a proxy, set --trust-proxy.',
  maxPerSite: 'The limit of connections to one site is reached: --max-per-site.',
  maxSites: 'Too many sites have visitors: --max-sites, or list yours with --site.',
  maxSitesPerAddress: 'One address has connected for too many new sites: --max-sites-per-address.',
  maxPendingConnections: 'Too many connections were without a session. The oldest was closed.',
  maxPendingPerAddress: 'One address had too many connections without a session.',
  'site-not-listed': 'The site is not in the list of --site.',
  'token-wrong': 'The token of the site was missing or wrong.',
  'token-expired': 'The token of the site had expired. The page gets a new one when it is loaded again.',
  'handshake-invalid': 'The client sent a handshake that the protocol does not allow.',
  'version-unsupported': 'The client is newer than this server: update the server.',
  'opted-out': 'The browser has opened an opt-out link of the site, and is not counted.',
  full: 'A limit of connections is reached.',
  'origin-invalid': 'The header Origin is not an address of a page.',
  'url-too-long': 'The address of the request was too long.',
  'headers-too-large': 'The request had too many or too large headers.',
  'framing-invalid': 'The request was HTTP/1.0 with a Transfer-Encoding, which HTTP/1.0 does not have.',
  'no-answer': 'The primary process of the workers did not answer in time.',
  'handshake-rate':
    'Handshakes came faster than --handshakes-per-second-per-address or --handshakes-per-second allows. Behind a proxy, set --trust-proxy.',
  bot: 'A crawler by its User-Agent. Crawlers are not counted.',
  'too-many-packets': 'The client sent more packets than --packets-per-second allows.',
  'not-reading': 'The client did not read what the server sent.',
  'malformed-frame': 'The client sent bytes that are no WebSocket frame.',
  'second-connect': 'The client sent a second CONNECT.',
  'pending-timeout': 'The connection was without a request or a session for 10 s.',
  pipelining: 'The client sent a request before the previous one was answered.',
};

export interface ReasonCount {
  reason: string;
  count: number;
  text: string;
}

/** The most frequent reason first. */
export function orderReasons(counts: Record<string, number>): ReasonCount[] {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => ({ reason, count, text: REASONS[reason] ?? '' }))
    .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
}
