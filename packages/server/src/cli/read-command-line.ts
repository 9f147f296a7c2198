import { randomBytes } from 'node:crypto';
import { readSettings, UsageError } from '@live-online/internal/command-line/read-settings';
import type { BasicCommand } from '@live-online/internal/command-line/run-command';
import type { CounterServerOptions } from '../options/options.ts';
import { addTokenSecrets } from './read-token-secrets.ts';
import { readWebhooks } from './read-webhooks.ts';
import type { WorkersRedisOptions } from '../workers/worker-protocol.ts';
import { syntax, type Values } from './settings.ts';

export interface Command extends BasicCommand {
  options: CounterServerOptions;
  redis: WorkersRedisOptions | undefined;
  /** How many processes to start; not checked yet. */
  workers: number | undefined;
  /** Whether the log may have addresses of clients. */
  logAddresses: boolean;
  /** The admin token that was made because none is set. It is among the options. A JSON log, which is kept, has none. */
  madeToken: string | undefined;
}

/** The settings that concern Redis: their option of `redisStore`, and what they are for. */
const redisSettings = {
  name: ['name', 'it names this server for the others at the same Redis'],
  redisSecret: ['secret', 'servers at the same Redis sign with it'],
  redisCa: ['caFile', 'it is for connections to Redis'],
  redisCert: ['certFile', 'it is for connections to Redis'],
  redisKey: ['keyFile', 'it is for connections to Redis'],
} as const satisfies Partial<Record<keyof Values, [keyof WorkersRedisOptions, string]>>;

/**
 * Reads flags and environment. The values are checked with the options.
 *
 * @throws UsageError
 */
export function readCommandLine(
  args: readonly string[],
  environment: Record<string, string | undefined>,
): Command {
  const { ask, values, sources } = readSettings(syntax, args, environment);
  const redis = takeRedis(values, sources);
  const { workers, log = 'pretty', logAddresses = false, ...rest } = values;
  const { webhooks: urls, webhookSecret, webhookThreshold, siteTokenSecrets = [], ...others } = rest;
  const sites = addTokenSecrets(others.sites, siteTokenSecrets, sources);
  if (sites) others.sites = sites;
  const webhooks = readWebhooks({ webhooks: urls, webhookSecret, webhookThreshold }, sources);
  const options: CounterServerOptions = webhooks.length > 0 ? { ...others, webhooks } : others;
  // Errors of `createCounterWorkers` name the same options by other paths.
  for (const [option, source] of [...sources]) sources.set(groupedPath(option), source);
  // `redisStore` has no group for them.
  for (const [setting, [option]] of Object.entries(redisSettings)) {
    const source = sources.get(setting);
    if (source !== undefined) sources.set(option, source);
  }
  const madeToken =
    options.adminToken === undefined && log === 'pretty' ? randomBytes(24).toString('base64url') : undefined;
  if (madeToken !== undefined) options.adminToken = madeToken;
  return { ask, options, redis, workers, log, logAddresses, sources, madeToken };
}

/**
 * Takes what concerns Redis out of the values.
 *
 * @throws UsageError
 */
function takeRedis(
  values: Partial<Values>,
  sources: ReadonlyMap<string, string>,
): WorkersRedisOptions | undefined {
  const { redisUrl: url } = values;
  delete values.redisUrl;
  const options: Partial<WorkersRedisOptions> = {};
  for (const [setting, [option, purpose]] of Object.entries(redisSettings)) {
    const value = values[setting as keyof typeof redisSettings];
    if (value === undefined) continue;
    if (url === undefined) {
      throw new UsageError(`${sources.get(setting)} requires --redis-url: ${purpose}`);
    }
    options[option] = value;
    delete values[setting as keyof typeof redisSettings];
  }
  return url === undefined ? undefined : { url, ...options };
}

/** The path of an option among those of `createCounterWorkers`. */
function groupedPath(option: string): string {
  if (option === 'workers') return option;
  if (option === 'redisUrl') return 'redis.url';
  const redis = option in redisSettings ? redisSettings[option as keyof typeof redisSettings] : undefined;
  return redis ? `redis.${redis[0]}` : `options.${option}`;
}
