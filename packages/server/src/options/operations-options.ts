import { isIP } from 'node:net';
import * as v from 'valibot';
import type { OptionProblem } from '@live-online/internal/option-problems';
import { isPublicAddress } from '../webhooks/public-address.ts';
import type { ResolvedWebhook } from '../webhooks/resolved-webhook.ts';
import { integer } from './schema.ts';

/** One receiver of webhooks. */
export interface WebhookOptions {
  /** An `https:` or `http:` URL. Each event is sent to it by POST. */
  url: string;
  /**
   * Signs each request by HMAC-SHA256, after Standard Webhooks: `whsec_` and base64 of 24 to 64 bytes, or any other text of at
   * least 16 characters.
   *
   * @default requests are not signed
   */
  secret?: string;
  /** Sends `site.threshold` if a site's total rises to this number, or falls a tenth below it. @default no such event */
  threshold?: number;
}

/** Options of what an operator watches. */
export interface OperationsOptions {
  /**
   * A port of its own for `/metrics`, which needs no token there; 0 picks a free one. With workers it has the metrics of all of
   * them.
   *
   * @default none: `metrics` below the counter's path, for requests with the admin's token
   */
  metricsPort?: number;
  /** The address of `metricsPort`. @default 127.0.0.1 */
  metricsHost?: string;
  /** How many sites have a series of their own in the metrics, the largest ones. @default 100 */
  metricsSites?: number;
  /**
   * Receivers of events of sites, at most 20. Servers that share a store need the same ones: one of the servers sends them.
   *
   * @default none
   */
  webhooks?: WebhookOptions[];
  /** Whether webhooks may be sent to private, loopback and link-local addresses. @default false */
  webhookAllowPrivate?: boolean;
}

export interface ResolvedOperationsOptions {
  metrics: {
    /** `undefined`: no port of its own. */
    port: number | undefined;
    host: string;
    maxSites: number;
  };
  webhooks: {
    receivers: readonly ResolvedWebhook[];
    allowPrivate: boolean;
  };
}

/** The options with their defaults. */
interface OperationsValues {
  metricsPort: number | undefined;
  metricsHost: string;
  metricsSites: number;
  webhooks: { url: string; secret?: string | undefined; threshold?: number | undefined }[];
  webhookAllowPrivate: boolean;
}

const MAX_WEBHOOKS = 20;
const URL_PROBLEM = 'must be an http: or https: URL';
const SECRET_PROBLEM =
  'must be whsec_ and base64 of 24 to 64 bytes, or another text of at least 16 characters';
const HOST_PROBLEM = 'must be a hostname or an address';

const webhook = v.strictObject(
  {
    url: v.pipe(v.string(URL_PROBLEM), v.check(isWebUrl, URL_PROBLEM)),
    secret: v.optional(v.pipe(v.string(SECRET_PROBLEM), v.check(isSecret, SECRET_PROBLEM))),
    threshold: v.optional(integer(1, 1_000_000_000)),
  },
  ({ expected }) => (expected === 'never' ? 'is an unknown option' : 'must be { url, secret?, threshold? }'),
);

/** The options as a part of those of a server. */
export const operationsEntries: {
  readonly [Option in keyof OperationsValues]: v.GenericSchema<unknown, OperationsValues[Option]>;
} = {
  metricsPort: v.optional(integer(0, 65_535)),
  metricsHost: v.optional(v.pipe(v.string(HOST_PROBLEM), v.nonEmpty(HOST_PROBLEM)), '127.0.0.1'),
  metricsSites: v.optional(integer(0, 10_000), 100),
  webhooks: v.optional(
    v.pipe(
      v.array(webhook, 'must be a list of { url, secret?, threshold? }'),
      v.maxLength(MAX_WEBHOOKS, `must have at most ${MAX_WEBHOOKS} webhooks`),
    ),
    [],
  ),
  webhookAllowPrivate: v.optional(v.boolean('must be true or false'), false),
};

/** Entries that are invalid are absent. */
export function resolveOperations(
  values: Partial<OperationsValues>,
  problems: OptionProblem[],
): ResolvedOperationsOptions {
  const { metricsPort, metricsHost = '127.0.0.1', metricsSites = 100 } = values;
  const { webhooks = [], webhookAllowPrivate: allowPrivate = false } = values;
  for (const [index, { url }] of webhooks.entries()) {
    if (allowPrivate || !isPrivateHost(new URL(url).hostname)) continue;
    const message = 'is a private or loopback address: set webhookAllowPrivate (--webhook-allow-private)';
    problems.push({ path: `webhooks[${index}].url`, message });
  }
  return {
    metrics: { port: metricsPort, host: metricsHost, maxSites: metricsSites },
    webhooks: {
      receivers: webhooks.map(({ url, secret, threshold }) => ({ url, secret, threshold })),
      allowPrivate,
    },
  };
}

function isWebUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function isSecret(text: string): boolean {
  if (!text.startsWith('whsec_')) return text.length >= 16;
  const base64 = text.slice('whsec_'.length);
  const { length } = Buffer.from(base64, 'base64');
  return /^[A-Za-z\d+/]+={0,2}$/.test(base64) && length >= 24 && length <= 64;
}

function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || (isIP(host) > 0 && !isPublicAddress(host));
}
