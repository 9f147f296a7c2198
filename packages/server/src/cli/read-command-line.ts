import { randomBytes } from 'node:crypto';
import { readSettings, UsageError } from '@live-online/internal/command-line/read-settings';
import type { BasicCommand } from '@live-online/internal/command-line/run-command';
import type { CounterServerOptions } from '../options/options.ts';
import { readWebhooks } from './read-webhooks.ts';
import { syntax } from './settings.ts';

export interface Command extends BasicCommand {
  options: CounterServerOptions;
  redis: { url: string; name: string | undefined } | undefined;
  /** How many processes to start; not checked yet. */
  workers: number | undefined;
  /** Whether the log may have addresses of clients. */
  logAddresses: boolean;
  /** The admin token that was made because none is set. It is among the options. A JSON log, which is kept, has none. */
  madeToken: string | undefined;
}

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
  const { redisUrl: url, name, workers, log = 'pretty', logAddresses = false, ...rest } = values;
  const { webhooks: urls, webhookSecret, webhookThreshold, ...others } = rest;
  const webhooks = readWebhooks({ webhooks: urls, webhookSecret, webhookThreshold }, sources);
  const options: CounterServerOptions = webhooks.length > 0 ? { ...others, webhooks } : others;
  if (name !== undefined && url === undefined) {
    throw new UsageError(
      `${sources.get('name')} requires --redis-url: it names this server for the others at the same Redis`,
    );
  }
  // Errors of `createCounterWorkers` name the same options by other paths.
  for (const [option, source] of [...sources]) sources.set(groupedPath(option), source);
  const madeToken =
    options.adminToken === undefined && log === 'pretty' ? randomBytes(24).toString('base64url') : undefined;
  if (madeToken !== undefined) options.adminToken = madeToken;
  const redis = url === undefined ? undefined : { url, name };
  return { ask, options, redis, workers, log, logAddresses, sources, madeToken };
}

/** The path of an option among those of `createCounterWorkers`. */
function groupedPath(option: string): string {
  if (option === 'workers') return option;
  if (option === 'redisUrl') return 'redis.url';
  return option === 'name' ? 'redis.name' : `options.${option}`;
}
