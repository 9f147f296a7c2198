import type { CounterServerOptions } from '../options.ts';

/** One setting of the command line: its flag, its environment variable and its line of help come from here. */
export interface Setting {
  /** The flag without its dashes. */
  flag: string;
  /** What stands for the value in the help. */
  value: string;
  help: string;
  /** Whether the flag may be given more than once; in the environment values are then separated by commas. */
  many?: true;
  /** The option it sets, and how. Settings of the command line itself have none. */
  option?: keyof CounterServerOptions;
  /** The same for what is said to the store over Redis. */
  redis?: 'url' | 'name';
  /** Whether it sets the number of workers. */
  workers?: true;
  /** Reads the text that was given. What it cannot read it returns as it is: the options say what is wrong. */
  read?: (text: string) => unknown;
}

const number = (text: string): unknown => (/^\s*\d+\s*$/.test(text) ? Number(text) : text);
const numberOrNone = (text: string): unknown => (text.trim() === 'none' ? Infinity : number(text));
const list = (text: string): unknown =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

export const settings: readonly Setting[] = [
  {
    flag: 'port',
    value: 'PORT',
    option: 'port',
    read: number,
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
    many: true,
    help: 'count this site only; repeat it for more: example.org, *.example.org, or an alias www.example.org=example.org (any site)',
  },
  {
    flag: 'transports',
    value: 'LIST',
    option: 'transports',
    read: list,
    help: 'websocket, polling or both, with a comma (websocket)',
  },
  {
    flag: 'trust-proxy',
    value: 'LIST',
    option: 'trustProxy',
    read: (text) => (typeof number(text) === 'number' ? number(text) : list(text)),
    help: 'believe X-Forwarded-For of these: addresses, networks or "loopback", with commas; or the number of proxies (none)',
  },
  {
    flag: 'max-connections',
    value: 'N',
    option: 'maxConnections',
    read: numberOrNone,
    help: 'most connections in all, or "none" (100000)',
  },
  {
    flag: 'max-per-address',
    value: 'N',
    option: 'maxPerAddress',
    read: numberOrNone,
    help: 'most connections from one address, or "none" (1000; none from this machine itself)',
  },
  {
    flag: 'max-per-site',
    value: 'N',
    option: 'maxPerSite',
    read: numberOrNone,
    help: 'most connections to one site (none)',
  },
  {
    flag: 'max-sites',
    value: 'N',
    option: 'maxSites',
    read: numberOrNone,
    help: 'most sites with people on them at a time (10000)',
  },
  {
    flag: 'max-sites-per-address',
    value: 'N',
    option: 'maxSitesPerAddress',
    read: numberOrNone,
    help: 'most sites that one address may be the first on, those of --site aside, or "none" (100)',
  },
  {
    flag: 'max-waiting-bytes',
    value: 'N',
    option: 'maxWaitingBytes',
    read: number,
    help: 'most bytes that may wait for a client that does not read (16384)',
  },
  {
    flag: 'packet-burst',
    value: 'N',
    option: 'packetBurst',
    read: number,
    help: 'most packets that a client may send at once (20)',
  },
  {
    flag: 'packets-per-second',
    value: 'N',
    option: 'packetsPerSecond',
    read: number,
    help: 'most packets that a client may send per second in the long run (1)',
  },
  {
    flag: 'close-timeout-ms',
    value: 'MS',
    option: 'closeTimeoutMs',
    read: number,
    help: 'how long a client may take to answer a close (2000)',
  },
  {
    flag: 'max-pending-connections',
    value: 'N',
    option: 'maxPendingConnections',
    read: numberOrNone,
    help: 'most connections without a session, in each process, or "none" (10000)',
  },
  {
    flag: 'max-pending-per-address',
    value: 'N',
    option: 'maxPendingPerAddress',
    read: numberOrNone,
    help: 'the same from one address, or "none" (as --max-per-address, and at least 100)',
  },
  {
    flag: 'drain-ms',
    value: 'MS',
    option: 'drainMs',
    read: number,
    help: 'how long ending takes to send pages off to other servers at the same Redis (5000)',
  },
  {
    flag: 'redis-url',
    value: 'URL',
    redis: 'url',
    help: 'add up with all servers at this Redis: redis://user:password@host:6379, rediss:// for TLS (this server is alone)',
  },
  {
    flag: 'server-name',
    value: 'NAME',
    redis: 'name',
    help: 'what this server is called among those at the same Redis (random)',
  },
  {
    flag: 'workers',
    value: 'N',
    workers: true,
    read: number,
    help: 'share the work among N processes, by WebSocket only (one process)',
  },
  { flag: 'log', value: 'FORMAT', help: 'pretty for people, json for one object a line (pretty)' },
];

/** The environment variable of a setting. */
export function variableOf({ flag }: Setting): string {
  return `LIVE_ONLINE_${flag.toUpperCase().replaceAll('-', '_')}`;
}
