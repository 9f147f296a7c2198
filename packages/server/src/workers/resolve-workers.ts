import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as v from 'valibot';
import { problemsOfIssues } from '@live-online/internal/option-problems';
import { CounterServerError, optionsInvalid } from '../errors.ts';
import type { CounterServerOptions, ResolvedCounterServerOptions } from '../options/options.ts';
import { resolveServerOptions } from '../options/resolve-options.ts';
import { resolveRedisStoreOptions } from '../options/redis-options.ts';
import { integer, objectError } from '../options/schema.ts';
import { problemsOfOptions } from './check-options.ts';
import type { WorkersRedisOptions } from './worker-protocol.ts';

export interface CounterWorkersOptions {
  /** How many processes to start, 1 to 256. @default the number of cores */
  workers?: number;
  /** The options of each worker. Limits hold over all of them together. */
  options?: Omit<CounterServerOptions, 'store'>;
  /** The Redis over which the workers add up with other servers. @default the workers add up among themselves */
  redis?: WorkersRedisOptions;
  /**
   * A module with more options, as a path or a `file:` URL. Its default export is an object of options, or a function that
   * returns one or a promise of one. Each worker loads it.
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

const schema = v.strictObject(
  {
    workers: v.optional(integer(1, 256)),
    options: v.optional(v.looseObject({}, 'must be an object'), {}),
    // The store checks the rest.
    redis: v.optional(
      v.strictObject(
        {
          url: v.string('must be a string'),
          prefix: v.optional(v.unknown()),
          name: v.optional(v.unknown()),
          leaseMs: v.optional(v.unknown()),
          secret: v.optional(v.unknown()),
          caFile: v.optional(v.unknown()),
          certFile: v.optional(v.unknown()),
          keyFile: v.optional(v.unknown()),
        },
        ({ expected }) => (expected === 'never' ? 'is an unknown option' : 'must be { url }'),
      ),
    ),
    module: v.optional(v.union([v.instance(URL), v.string()], 'must be a path or a file: URL')),
  },
  objectError,
);

/**
 * Merges options with their defaults.
 *
 * @throws CounterServerError `options-invalid`, which names every mistake by its path
 */
export function resolveWorkersOptions(
  given: CounterWorkersOptions,
  cores: number,
): ResolvedCounterWorkersOptions {
  const problems = problemsOfIssues(v.safeParse(schema, given).issues);
  const options = given.options ?? {};
  problems.push(...problemsOfOptions(options, 'options.'));
  /** Adds the problems of a group of options, whose paths begin inside the group. */
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
    // Anything else, such as a function, cannot be sent to another process.
    structuredClone([options, given.redis]);
  } catch (error) {
    problems.push({ path: 'options', message: `cannot be sent to workers: ${(error as Error).message}` });
  }
  if (problems.length > 0 || !resolved) throw optionsInvalid(problems);
  const { workers = Math.min(256, cores), redis, module } = given;
  return { workers, options, resolved, redis, module: module === undefined ? undefined : urlOf(module) };
}

function urlOf(module: string | URL): string {
  const text = String(module);
  return text.startsWith('file:') ? text : pathToFileURL(resolve(text)).href;
}
