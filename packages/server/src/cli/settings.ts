import {
  logSetting,
  readList,
  readNumber,
  readNumberOrNone,
  type LogFormat,
  type Setting,
} from '@live-online/internal/command-line/settings';
import type { CommandSyntax } from '@live-online/internal/command-line/read-settings';
import type { CounterServerOptions } from '../options/options.ts';

/** The settings of the command line. */
export interface Values extends Omit<CounterServerOptions, 'webhooks'> {
  /** The secrets of tokens that expire, each as SITE=SECRET. */
  siteTokenSecrets: string[];
  /** The URLs of the webhooks. */
  webhooks: string[];
  /** The secret and the threshold of all webhooks. */
  webhookSecret: string;
  webhookThreshold: number;
  /** Whether the log may have addresses of clients. */
  logAddresses: boolean;
  redisUrl: string;
  /** The secret with which the servers at the same Redis sign. */
  redisSecret: string;
  /** Files in PEM: the authority of Redis, and a client certificate with its key. */
  redisCa: string;
  redisCert: string;
  redisKey: string;
  /** The name of this server among those that share the Redis. */
  name: string;
  /** How many processes to start; not checked yet. */
  workers: number;
  log: LogFormat;
}

/** The flag of an option: `max-sites` of `maxSites`. */
export function flagOf(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function text(option: keyof Values, value: string, help: string): Setting<Values> {
  return { flag: flagOf(option), value, option, help };
}

function number(option: keyof Values, value: string, help: string): Setting<Values> {
  return { ...text(option, value, help), read: readNumber };
}

/** A number, or "none". */
function limit(option: keyof Values, help: string): Setting<Values> {
  return { ...text(option, 'N', help), read: readNumberOrNone };
}

/** What an operator watches. */
const operations: readonly Setting<Values>[] = [
  number(
    'metricsPort',
    'PORT',
    'serve /metrics for Prometheus on a port of its own, without a token; 0 picks a free one (none: metrics on --port, for the admin)',
  ),
  text('metricsHost', 'HOST', 'address of --metrics-port (127.0.0.1)'),
  number(
    'metricsSites',
    'N',
    'how many sites have a series of their own in the metrics, the largest ones (100)',
  ),
  {
    flag: 'webhook',
    value: 'URL',
    option: 'webhooks',
    many: 'values',
    help: 'send events of sites to this URL: occupied, vacated, peak, threshold; may be repeated (none)',
  },
  text(
    'webhookSecret',
    'SECRET',
    'sign webhooks after Standard Webhooks: whsec_… or at least 16 characters (unsigned)',
  ),
  number(
    'webhookThreshold',
    'N',
    'send site.threshold if a site rises to N, or falls a tenth below it (no such event)',
  ),
  {
    flag: 'webhook-allow-private',
    option: 'webhookAllowPrivate',
    help: 'send webhooks to private, loopback and link-local addresses, too (not sent there)',
  },
];

const settings: readonly Setting<Values>[] = [
  number('port', 'PORT', 'port to listen on; 0 picks a free one (8081)'),
  text('host', 'HOST', 'address to listen on (all addresses)'),
  text('path', 'PATH', 'URL path of the counter, such as /live-online/ (/)'),
  {
    flag: 'site',
    value: 'SITE',
    option: 'sites',
    many: 'values',
    help: 'count only this site; may be repeated: example.org, *.example.org, or an alias www.example.org=example.org (any site)',
  },
  {
    flag: 'site-token-secret',
    value: 'SITE=SECRET',
    option: 'siteTokenSecrets',
    many: 'values',
    help: 'count this site of --site only for pages with a token that was made with this secret, and has not expired; may be repeated (none)',
  },
  { ...text('transports', 'LIST', 'websocket, polling, or websocket,polling (websocket)'), read: readList },
  text('engine', 'NAME', 'lean, or socket.io for stock Socket.IO (lean; socket.io with polling)'),
  {
    ...text(
      'trustProxy',
      'LIST',
      'trust X-Forwarded-For from these proxies: addresses, networks or "loopback", separated by commas; or the number of proxies (none)',
    ),
    read: (list) => (typeof readNumber(list) === 'number' ? readNumber(list) : readList(list)),
  },
  limit('maxConnections', 'maximum connections of the server, or "none" (100000)'),
  limit(
    'maxPerAddress',
    'maximum connections from one address, or "none" (1000; none for this machine itself)',
  ),
  limit('maxPerSite', 'maximum connections to one site, or "none" (none)'),
  limit('maxSites', 'maximum sites with connections at the same time, or "none" (10000)'),
  limit(
    'maxSitesPerAddress',
    'maximum sites that one address may open besides those of --site, or "none" (100)',
  ),
  {
    flag: 'count-bots',
    option: 'countBots',
    help: 'count crawlers and headless browsers, too (they are rejected)',
  },
  number('maxWaitingBytes', 'N', 'maximum bytes that wait for a client that does not read (16384)'),
  number('packetBurst', 'N', 'maximum packets that a client may send at once (20)'),
  number('packetsPerSecond', 'N', 'maximum packets that a client may send per second on average (1)'),
  number('closeTimeoutMs', 'MS', 'how long to wait for a client to answer a close, in ms (2000)'),
  limit('maxPendingConnections', 'maximum connections without a session in each process, or "none" (10000)'),
  limit(
    'handshakesPerSecondPerAddress',
    'maximum handshakes per second from one address, in each process, or "none" (a tenth of --max-per-address, but at least 100; none for this machine itself)',
  ),
  limit(
    'handshakeBurstPerAddress',
    'the same at once (--max-per-address, but at least 1000; or ten times the rate that is set)',
  ),
  limit('handshakesPerSecond', 'maximum handshakes per second in each process, or "none" (none)'),
  limit('handshakeBurst', 'the same at once (ten times --handshakes-per-second)'),
  limit('maxPendingPerAddress', 'the same from one address, or "none" (--max-per-address, but at least 100)'),
  number(
    'drainDurationMs',
    'MS',
    'on SIGTERM, time to move connections to other servers at this Redis, in ms (5000)',
  ),
  text(
    'redisUrl',
    'URL',
    'add up with all servers at this Redis: redis://user:password@host:6379, or rediss:// for TLS (none)',
  ),
  text(
    'redisSecret',
    'SECRET',
    'sign what the servers at this Redis share, and ignore what others write there: 16 to 256 characters, the same for all servers (unsigned)',
  ),
  text(
    'redisCa',
    'FILE',
    'trust the Redis of a rediss:// URL if an authority in this file (PEM) has signed its certificate (the authorities that Node.js trusts)',
  ),
  text('redisCert', 'FILE', 'client certificate (PEM) for a Redis that requires one (none)'),
  text('redisKey', 'FILE', 'private key of --redis-cert (PEM, without a passphrase) (none)'),
  { ...text('name', 'NAME', 'name of this server; requires --redis-url (random)'), flag: 'server-name' },
  text('adminToken', 'TOKEN', 'token of the HTTP API, at least 16 characters (made at start, and printed)'),
  {
    flag: 'public',
    value: 'SITE',
    option: 'publicSites',
    many: 'values',
    help: 'any client may read the numbers of this site over the HTTP API; may be repeated; "*" for all (none)',
  },
  text('data', 'FOLDER', 'keep the history of the sites in this folder (in memory)'),
  number('historySites', 'N', 'maximum sites whose history is recorded; each takes 35 kB (1000)'),
  number('workers', 'N', 'start N processes for this port, by WebSocket only (one process)'),
  ...operations,
  logSetting,
  {
    flag: 'log-addresses',
    option: 'logAddresses',
    help: 'log the address of a client that reaches a limit (never logged)',
  },
];

export const syntax: CommandSyntax<Values> = { settings, variablePrefix: 'LIVE_ONLINE_' };
