import { parseArgs } from 'node:util';
import type { CounterServerOptions } from '../options.ts';
import { settings, variableOf, type Setting } from './settings.ts';

/** What the command line and the environment ask for. */
export interface Command {
  ask: 'run' | 'help' | 'version';
  options: CounterServerOptions;
  /** Where servers meet, if they do. */
  redis: { url: string; name: string | undefined } | undefined;
  /** How many processes there shall be, where that was said; it may be anything. */
  workers: number | undefined;
  log: 'pretty' | 'json';
  /** Where each option came from, so that a mistake can be told in the user's words. */
  sources: Map<string, string>;
}

/** Something on the command line that cannot be understood; the message says what to do. */
export class UsageError extends Error {}

/**
 * Reads flags and environment. Flags go before variables; a value is checked where the options are.
 *
 * @throws UsageError
 */
export function readCommandLine(
  args: readonly string[],
  environment: Record<string, string | undefined>,
): Command {
  const flags = parseFlags(args);
  const sources = new Map<string, string>();
  // Whoever asks for help is not held up by what is wrong elsewhere.
  const ask = flags['help'] ? 'help' : flags['version'] ? 'version' : 'run';
  if (ask !== 'run')
    return { ask, options: {}, redis: undefined, workers: undefined, log: 'pretty', sources };
  const options: Record<string, unknown> = {};
  const redis: { url?: string; name?: string } = {};
  let workers: unknown;
  let log = 'pretty';
  for (const setting of settings) {
    const given = flags[setting.flag] as string | string[] | undefined;
    const variable = variableOf(setting);
    const fromEnvironment = environment[variable]?.trim() || undefined;
    const value = given ?? fromEnvironment;
    if (value === undefined) continue;
    const source = given === undefined ? variable : `--${setting.flag}`;
    if (setting.option) {
      options[setting.option] = readValue(setting, value);
      sources.set(setting.option, source);
    } else if (setting.redis) {
      redis[setting.redis] = value as string;
      sources.set(setting.redis === 'url' ? 'redisUrl' : setting.redis, source);
    } else if (setting.workers) {
      workers = readValue(setting, value);
      sources.set('workers', source);
    } else if (value === 'pretty' || value === 'json') {
      log = value;
    } else {
      throw new UsageError(`${source} must be pretty or json, not "${String(value)}"`);
    }
  }
  // With workers, errors name the same options by other paths.
  for (const [option, source] of [...sources]) sources.set(groupedPath(option), source);
  const { url, name } = redis;
  if (name !== undefined && url === undefined) {
    throw new UsageError(`${sources.get('name')} names this server for others, which needs --redis-url`);
  }
  return {
    ask,
    options,
    redis: url === undefined ? undefined : { url, name },
    workers: workers as number | undefined,
    log: log as Command['log'],
    sources,
  };
}

/** Where an option of the command line is among those of `createCounterWorkers`. */
function groupedPath(option: string): string {
  if (option === 'workers') return option;
  if (option === 'redisUrl') return 'redis.url';
  return option === 'name' ? 'redis.name' : `options.${option}`;
}

function readValue(setting: Setting, value: string | string[]): unknown {
  if (setting.many) return Array.isArray(value) ? value : value.split(',').map((part) => part.trim());
  return setting.read ? setting.read(value as string) : value;
}

function parseFlags(args: readonly string[]): Record<string, unknown> {
  const known = Object.fromEntries(
    settings.map(({ flag, many }) => [flag, { type: 'string' as const, multiple: many ?? false }]),
  );
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...known,
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    }).values;
  } catch (error) {
    // parseArgs explains well; only its first sentence is about this command line.
    const [problem] = (error as Error).message.split(/\.\s/, 1);
    throw new UsageError(`${problem}; --help lists what there is`);
  }
}
