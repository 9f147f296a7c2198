import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as v from 'valibot';
import { problemsOfIssues } from '@live-online/internal/option-problems';
import { CounterServerError, optionsInvalid } from '../errors.ts';
import type { CounterServerOptions, ResolvedCounterServerOptions } from '../options/options.ts';
import { resolveServerOptions } from '../options/resolve-options.ts';
import { resolveRedisStoreOptions } from '../options/redis-options.ts';
import { problemsOfOptions } from './check-options.ts';
import type { WorkersRedisOptions } from './worker-protocol.ts';

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
  const problems = problemsOfIssues(v.safeParse(schema, given).issues);
  const options = given.options ?? {};
  problems.push(...problemsOfOptions(options, 'options.'));
  /** Adds what is wrong with a group of options, whose problems know paths inside of it only. */
  const collect = <Resolved>(
    resolve: () => Resolved,
    pathOf: (path: string) => string,
  ): Resolved | undefined => {
    try {
      return resolve();
    } catch (error) {
      if (!(error instanceof CounterServerError)) throw error;
      problems.push(...error.problems.map(({ path, message }) => ({ path: pathOf(path), message })));
      return undefined;
    }
  };
  const resolved = collect(
    () => resolveServerOptions(options),
    (path) => `options.${path}`,
  );
  const { redis: { url, ...redisOptions } = {} } = given;
  if (typeof url === 'string') {
    collect(
      () => resolveRedisStoreOptions(url, redisOptions),
      (path) => (path === 'redisUrl' ? 'redis.url' : `redis.${path}`),
    );
  }
  try {
    // Anything else, such as a function, could not be handed to another process.
    structuredClone([options, given.redis]);
  } catch (error) {
    problems.push({ path: 'options', message: `cannot be handed to workers: ${(error as Error).message}` });
  }
  if (problems.length > 0 || !resolved) throw optionsInvalid(problems);
  const { workers = Math.min(256, cores), redis, module } = given;
  return { workers, options, resolved, redis, module: module === undefined ? undefined : urlOf(module) };
}

function urlOf(module: string | URL): string {
  const text = String(module);
  return text.startsWith('file:') ? text : pathToFileURL(resolve(text)).href;
}
