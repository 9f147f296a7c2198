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

/** What the command line sets: options, where servers meet, and how it runs. */
export interface Values extends CounterServerOptions {
  redisUrl: string;
  /** The name of this server among those at the same Redis. */
  name: string;
  /** How many processes there shall be; it may be anything. */
  workers: number;
  log: LogFormat;
}

const settings: readonly Setting<Values>[] = [
  {
    flag: 'port',
    value: 'PORT',
    option: 'port',
    read: readNumber,
    help: 'port to listen on, 0 for any free one (8081)',
  },
  { flag: 'host', value: 'HOST', option: 'host', help: 'address to listen on (all addresses)' },
  {
    flag: 'path',
    value: 'PATH',
    option: 'path',
    help: 'where the counter lives, such as /live-online/ (/)',
  },
  {
    flag: 'site',
    value: 'SITE',
    option: 'sites',
    many: 'values',
    help: 'count this site only; repeat it for more: example.org, *.example.org, or an alias www.example.org=example.org (any site)',
  },
  {
    flag: 'transports',
    value: 'LIST',
    option: 'transports',
    read: readList,
    help: 'websocket, polling or both, with a comma (websocket)',
  },
  {
    flag: 'trust-proxy',
    value: 'LIST',
    option: 'trustProxy',
    read: (text) => (typeof readNumber(text) === 'number' ? readNumber(text) : readList(text)),
    help: 'believe X-Forwarded-For of these: addresses, networks or "loopback", with commas; or the number of proxies (none)',
  },
  {
    flag: 'max-connections',
    value: 'N',
    option: 'maxConnections',
    read: readNumberOrNone,
    help: 'most connections in all, or "none" (100000)',
  },
  {
    flag: 'max-per-address',
    value: 'N',
    option: 'maxPerAddress',
    read: readNumberOrNone,
    help: 'most connections from one address, or "none" (1000; none from this machine itself)',
  },
  {
    flag: 'max-per-site',
    value: 'N',
    option: 'maxPerSite',
    read: readNumberOrNone,
    help: 'most connections to one site (none)',
  },
  {
    flag: 'max-sites',
    value: 'N',
    option: 'maxSites',
    read: readNumberOrNone,
    help: 'most sites with people on them at a time (10000)',
  },
  {
    flag: 'max-sites-per-address',
    value: 'N',
    option: 'maxSitesPerAddress',
    read: readNumberOrNone,
    help: 'most sites that one address may be the first on, those of --site aside, or "none" (100)',
  },
  {
    flag: 'max-waiting-bytes',
    value: 'N',
    option: 'maxWaitingBytes',
    read: readNumber,
    help: 'most bytes that may wait for a client that does not read (16384)',
  },
  {
    flag: 'packet-burst',
    value: 'N',
    option: 'packetBurst',
    read: readNumber,
    help: 'most packets that a client may send at once (20)',
  },
  {
    flag: 'packets-per-second',
    value: 'N',
    option: 'packetsPerSecond',
    read: readNumber,
    help: 'most packets that a client may send per second in the long run (1)',
  },
  {
    flag: 'close-timeout-ms',
    value: 'MS',
    option: 'closeTimeoutMs',
    read: readNumber,
    help: 'how long a client may take to answer a close (2000)',
  },
  {
    flag: 'max-pending-connections',
    value: 'N',
    option: 'maxPendingConnections',
    read: readNumberOrNone,
    help: 'most connections without a session, in each process, or "none" (10000)',
  },
  {
    flag: 'max-pending-per-address',
    value: 'N',
    option: 'maxPendingPerAddress',
    read: readNumberOrNone,
    help: 'the same from one address, or "none" (as --max-per-address, and at least 100)',
  },
  {
    flag: 'drain-duration-ms',
    value: 'MS',
    option: 'drainDurationMs',
    read: readNumber,
    help: 'how long ending takes to send pages off to other servers at the same Redis (5000)',
  },
  {
    flag: 'redis-url',
    value: 'URL',
    option: 'redisUrl',
    help: 'add up with all servers at this Redis: redis://user:password@host:6379, rediss:// for TLS (this server is alone)',
  },
  {
    flag: 'server-name',
    value: 'NAME',
    option: 'name',
    help: 'what this server is called among those at the same Redis (random)',
  },
  {
    flag: 'workers',
    value: 'N',
    option: 'workers',
    read: readNumber,
    help: 'share the work among N processes, by WebSocket only (one process)',
  },
  logSetting,
];

export const syntax: CommandSyntax<Values> = { settings, variablePrefix: 'LIVE_ONLINE_' };
