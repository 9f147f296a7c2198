import { readSettings, UsageError } from '@live-online/internal/command-line/read-settings';
import type { BasicCommand } from '@live-online/internal/command-line/run-command';
import type { CounterServerOptions } from '../options/options.ts';
import { syntax } from './settings.ts';

/** What the command line and the environment ask for. */
export interface Command extends BasicCommand {
  options: CounterServerOptions;
  /** Where servers meet, if they do. */
  redis: { url: string; name: string | undefined } | undefined;
  /** How many processes there shall be, where that was said; it may be anything. */
  workers: number | undefined;
}

/**
 * Reads flags and environment; a value is checked where the options are.
 *
 * @throws UsageError
 */
export function readCommandLine(
  args: readonly string[],
  environment: Record<string, string | undefined>,
): Command {
  const { ask, values, sources } = readSettings(syntax, args, environment);
  const { redisUrl: url, name, workers, log = 'pretty', ...options } = values;
  if (name !== undefined && url === undefined) {
    throw new UsageError(`${sources.get('name')} names this server for others, which needs --redis-url`);
  }
  // With workers, errors name the same options by other paths.
  for (const [option, source] of [...sources]) sources.set(groupedPath(option), source);
  return { ask, options, redis: url === undefined ? undefined : { url, name }, workers, log, sources };
}

/** Where an option of the command line is among those of `createCounterWorkers`. */
function groupedPath(option: string): string {
  if (option === 'workers') return option;
  if (option === 'redisUrl') return 'redis.url';
  return option === 'name' ? 'redis.name' : `options.${option}`;
}
