import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as v from 'valibot';
import { CounterServerError, optionsInvalid, type OptionProblem } from '../errors.ts';
import type { CounterServerOptions, ResolvedCounterServerOptions } from '../options.ts';
import { resolveServerOptions } from '../resolve-options.ts';
import { resolveRedisStoreOptions } from '../redis-options.ts';
import { problemsOfOptions } from './check-options.ts';
import type { WorkersRedisOptions } from './life.ts';

/** What counter workers can be told. */
export interface CounterWorkersOptions {
  /** How many processes there are, 1 to 256. @default as many as this machine has cores */
  workers?: number;
  /** What each of them is told. Limits hold over all of them together. */
  options?: Omit<CounterServerOptions, 'store'>;
  /** Where they add up with the servers of other machines. @default the workers add up among themselves */
  redis?: WorkersRedisOptions;
  /**
   * A module with more options, as a path or a `file:` URL: its default export is options, or a function that returns
   * them or a promise of them. Each worker loads it.
   */
  module?: string | URL;
}

export interface ResolvedCounterWorkersOptions {
  workers: number;
  options: Omit<CounterServerOptions, 'store'>;
  resolved: ResolvedCounterServerOptions;
  redis: WorkersRedisOptions | undefined;
  module: string | undefined;
}

const WORKERS = 'must be a whole number from 1 to 256';
const schema = v.strictObject(
  {
    workers: v.optional(
      v.pipe(v.number(WORKERS), v.integer(WORKERS), v.minValue(1, WORKERS), v.maxValue(256, WORKERS)),
    ),
    options: v.optional(v.looseObject({}, 'must be an object'), {}),
    // The rest of it is checked by the store.
    redis: v.optional(
      v.strictObject(
        {
          url: v.string('must be text'),
          prefix: v.optional(v.unknown()),
          name: v.optional(v.unknown()),
          leaseMs: v.optional(v.unknown()),
        },
        ({ expected }) => (expected === 'never' ? 'is no option' : 'must be { url }'),
      ),
    ),
    module: v.optional(v.union([v.instance(URL), v.string()], 'must be a path or a file: URL')),
  },
  ({ expected }) => (expected === 'never' ? 'is no option' : 'must be an object'),
);

/**
 * Merges options with their defaults.
 *
 * @throws CounterServerError `options-invalid`, naming every mistake by its path
 */
export function resolveWorkersOptions(
  given: CounterWorkersOptions,
  cores: number,
): ResolvedCounterWorkersOptions {
  const problems: OptionProblem[] = [];
  const result = v.safeParse(schema, given);
  for (const issue of result.issues ?? []) {
    problems.push({ path: v.getDotPath(issue) ?? '', problem: issue.message });
  }
  const options = given.options ?? {};
  problems.push(...problemsOfOptions(options, 'options.'));
  const collect = <Resolved>(prefix: string, resolve: () => Resolved): Resolved | undefined => {
    try {
      return resolve();
    } catch (error) {
      if (!(error instanceof CounterServerError)) throw error;
      for (const line of error.message.split('; ')) problems.push({ path: '', problem: `${prefix}${line}` });
      return undefined;
    }
  };
  const resolved = collect('options.', () => resolveServerOptions(options));
  const { redis: { url, ...redisOptions } = {} } = given;
  if (typeof url === 'string') {
    collect('redis.', () => resolveRedisStoreOptions(url, redisOptions));
  }
  try {
    // Anything else, such as a function, could not be handed to another process.
    structuredClone([options, given.redis]);
  } catch (error) {
    problems.push({ path: 'options', problem: `cannot be handed to workers: ${(error as Error).message}` });
  }
  if (problems.length > 0 || !resolved) {
    // What the store calls redisUrl is redis.url here.
    throw optionsInvalid(
      problems.map(({ path, problem }) => ({
        path,
        problem: problem.replace(/^redis\.redisUrl/, 'redis.url'),
      })),
    );
  }
  const { workers = Math.min(256, cores), redis, module } = given;
  return { workers, options, resolved, redis, module: module === undefined ? undefined : urlOf(module) };
}

function urlOf(module: string | URL): string {
  const text = String(module);
  return text.startsWith('file:') ? text : pathToFileURL(resolve(text)).href;
}
