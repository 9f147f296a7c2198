/** The answers of the HTTP API, as the dashboard reads them. */

interface Peak {
  people: number;
  /** ISO 8601. */
  at: string;
}

/** `GET v1/sites/SITE` */
export interface SiteState {
  site: string;
  people: number;
  tabs: number;
  stale: boolean;
  /** When the history of the site begins. */
  since: string | null;
  peak: { today: Peak | null; allTime: Peak | null };
}

/** One entry of `GET v1/sites`. */
export interface SiteSummary {
  site: string;
  people: number;
  tabs: number;
  stale: boolean;
  /** `null` without a history, as `peakAllTime`. */
  peakToday: number | null;
  peakAllTime: number | null;
  /** The last hour by minutes, the oldest first. Empty without a history. */
  trend: number[];
}

export interface SitesAnswer {
  sites: SiteSummary[];
}

/** `GET v1/sites/SITE/access` */
export interface AccessAnswer {
  isPublic: boolean;
}

/** `GET v1/sites/SITE/token` */
export interface TokenAnswer {
  token: string;
}

/** `GET v1/sites/SITE/opt-out` */
export interface OptOutAnswer {
  /** What follows the address of a page, from `#` on. */
  fragment: string;
  /** ISO 8601. */
  expiresAt: string;
}

/** `GET v1/sites/SITE/pages` */
export interface PagesAnswer {
  site: string;
  stale: boolean;
  pages: { path: string; people: number }[];
  other: number;
}

export type Range = '15m' | '24h' | '30d' | '2y';

/** Time in seconds since the epoch, then the least, the mean and the most people in that step. */
export type Sample = [time: number, min: number, mean: number, max: number];

/** `GET v1/sites/SITE/history` */
export interface HistoryAnswer {
  site: string;
  range: Range;
  stepSeconds: number;
  samples: Sample[];
}

export interface ServerState {
  name: string;
  version: string;
  since: string;
  connections: number;
  eventLoopDelayMs: number;
  store: string;
  /** With workers, these and their primary. */
  processes: number;
  stale: boolean;
  /** It does not answer: the rest is its last answer. */
  silent: boolean;
  /** What is wrong in the configuration of a reverse proxy in front of it. */
  warnings: string[];
  isSelf: boolean;
}

/** `GET v1/servers` */
export interface ServersAnswer {
  servers: ServerState[];
}

/** `GET v1/stats` */
export interface StatsAnswer {
  connections: number;
  updates: number;
  messages: number;
  malformedPackets: number;
  rejected: Record<string, number>;
  terminated: Record<string, number>;
}

export interface Delivery {
  id: string;
  type: string;
  site: string;
  at: string;
  status: 'delivered' | 'waiting' | 'failed';
  attempts: number;
  lastError: string | null;
}

interface Webhook {
  url: string;
  waiting: number;
  deliveries: Delivery[];
}

/** `GET v1/webhooks` */
export interface WebhooksAnswer {
  webhooks: Webhook[];
}

/** The data of one event of `GET v1/sites/SITE/events`. */
export interface LiveTotal {
  people: number;
  tabs: number;
  stale: boolean;
}
