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
export interface Values extends CounterServerOptions {
  redisUrl: string;
  /** The name of this server among those that share the Redis. */
  name: string;
  /** How many processes to start; not checked yet. */
  workers: number;
  log: LogFormat;
}

const settings: readonly Setting<Values>[] = [
  {
    flag: 'port',
    value: 'PORT',
    option: 'port',
    read: readNumber,
    help: 'port to listen on; 0 picks a free one (8081)',
  },
  { flag: 'host', value: 'HOST', option: 'host', help: 'address to listen on (all addresses)' },
  {
    flag: 'path',
    value: 'PATH',
    option: 'path',
    help: 'URL path of the counter, such as /live-online/ (/)',
  },
  {
    flag: 'site',
    value: 'SITE',
    option: 'sites',
    many: 'values',
    help: 'count only this site; may be repeated: example.org, *.example.org, or an alias www.example.org=example.org (any site)',
  },
  {
    flag: 'transports',
    value: 'LIST',
    option: 'transports',
    read: readList,
    help: 'websocket, polling, or websocket,polling (websocket)',
  },
  {
    flag: 'trust-proxy',
    value: 'LIST',
    option: 'trustProxy',
    read: (text) => (typeof readNumber(text) === 'number' ? readNumber(text) : readList(text)),
    help: 'trust X-Forwarded-For from these proxies: addresses, networks or "loopback", separated by commas; or the number of proxies (none)',
  },
  {
    flag: 'max-connections',
    value: 'N',
    option: 'maxConnections',
    read: readNumberOrNone,
    help: 'maximum connections of the server, or "none" (100000)',
  },
  {
    flag: 'max-per-address',
    value: 'N',
    option: 'maxPerAddress',
    read: readNumberOrNone,
    help: 'maximum connections from one address, or "none" (1000; no limit from this machine itself)',
  },
  {
    flag: 'max-per-site',
    value: 'N',
    option: 'maxPerSite',
    read: readNumberOrNone,
    help: 'maximum connections to one site, or "none" (none)',
  },
  {
    flag: 'max-sites',
    value: 'N',
    option: 'maxSites',
    read: readNumberOrNone,
    help: 'maximum sites with connections at the same time, or "none" (10000)',
  },
  {
    flag: 'max-sites-per-address',
    value: 'N',
    option: 'maxSitesPerAddress',
    read: readNumberOrNone,
    help: 'maximum sites that one address may open, not counting those of --site, or "none" (100)',
  },
  {
    flag: 'max-waiting-bytes',
    value: 'N',
    option: 'maxWaitingBytes',
    read: readNumber,
    help: 'maximum bytes that wait for a client that does not read (16384)',
  },
  {
    flag: 'packet-burst',
    value: 'N',
    option: 'packetBurst',
    read: readNumber,
    help: 'maximum packets that a client may send at once (20)',
  },
  {
    flag: 'packets-per-second',
    value: 'N',
    option: 'packetsPerSecond',
    read: readNumber,
    help: 'maximum packets that a client may send per second on average (1)',
  },
  {
    flag: 'close-timeout-ms',
    value: 'MS',
    option: 'closeTimeoutMs',
    read: readNumber,
    help: 'how long to wait for a client to answer a close, in ms (2000)',
  },
  {
    flag: 'max-pending-connections',
    value: 'N',
    option: 'maxPendingConnections',
    read: readNumberOrNone,
    help: 'maximum connections without a session in each process, or "none" (10000)',
  },
  {
    flag: 'max-pending-per-address',
    value: 'N',
    option: 'maxPendingPerAddress',
    read: readNumberOrNone,
    help: 'the same from one address, or "none" (--max-per-address, but at least 100)',
  },
  {
    flag: 'drain-duration-ms',
    value: 'MS',
    option: 'drainDurationMs',
    read: readNumber,
    help: 'on SIGTERM, how long to take for moving connections to other servers at the same Redis, in ms (5000)',
  },
  {
    flag: 'redis-url',
    value: 'URL',
    option: 'redisUrl',
    help: 'add up with all servers at this Redis: redis://user:password@host:6379, or rediss:// for TLS (this server alone)',
  },
  {
    flag: 'server-name',
    value: 'NAME',
    option: 'name',
    help: 'name of this server in Redis; requires --redis-url (random)',
  },
  {
    flag: 'workers',
    value: 'N',
    option: 'workers',
    read: readNumber,
    help: 'start N processes for this port, by WebSocket only (one process)',
  },
  logSetting,
];

export const syntax: CommandSyntax<Values> = { settings, variablePrefix: 'LIVE_ONLINE_' };
