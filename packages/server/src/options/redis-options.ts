import * as v from 'valibot';
import { problemsOfIssues, type OptionProblem } from '@live-online/internal/option-problems';
import { optionsInvalid } from '../errors.ts';
import { problemOfTarget, type RedisTls } from '../store/redis/target.ts';
import { readRedisTls, type RedisTlsFiles } from './redis-tls.ts';
import { integer, objectError } from './schema.ts';

/** The options of a store over Redis. */
export interface RedisStoreOptions extends RedisTlsFiles {
  /**
   * The prefix of all keys and channels, before a colon: 1 to 64 letters, digits, `_`, `-`, `.` or `:`. Servers with the
   * same prefix add up to one total.
   *
   * @default 'live-online'
   */
  prefix?: string;
  /**
   * The name of this server in Redis: 1 to 24 letters, digits, `_` or `-`. A random part is added, so that several
   * servers may have the same name.
   *
   * @default the random part alone
   */
  name?: string;
  /**
   * Which sites this server follows: those that have members here, or all. With `all` its `totals()` also have sites with
   * members on other servers only, and it receives every change of all servers.
   *
   * @default 'hosted'
   */
  follow?: 'hosted' | 'all';
  /**
   * How long a server may be silent before the others evict it and its members, in ms, from 1000 on. It should be the same
   * on all servers. It matters when a machine or a network fails; a process that ends is noticed sooner.
   *
   * @default 8000
   */
  leaseMs?: number;
  /**
   * A secret of 16 to 256 characters that all servers have. They sign with it what they write and publish (HMAC-SHA256),
   * and ignore what is not signed with it: other programs that may write to the Redis cannot change a total. A server with
   * another secret, or without one, has totals of its own.
   *
   * @default unsigned: who may write to the Redis is trusted
   */
  secret?: string;
}

export interface ResolvedRedisStoreOptions extends Required<
  Pick<RedisStoreOptions, 'prefix' | 'follow' | 'leaseMs'>
> {
  name: string | undefined;
  secret: string | undefined;
  tls: RedisTls | undefined;
}

const text = (pattern: RegExp, message: string): v.GenericSchema<string> =>
  v.pipe(v.string(message), v.regex(pattern, message));

const file = v.optional(text(/^[^\0]+$/, 'must be the path of a file'));

const schema = v.strictObject(
  {
    prefix: v.optional(
      text(/^[\w.:-]{1,64}$/, 'must be 1 to 64 letters, digits, _, -, . or :'),
      'live-online',
    ),
    name: v.optional(text(/^[\w-]{1,24}$/, 'must be 1 to 24 letters, digits, _ or -')),
    follow: v.optional(v.picklist(['hosted', 'all'], 'must be hosted or all'), 'hosted'),
    leaseMs: v.optional(integer(1_000, 600_000, ' (ms)'), 8_000),
    secret: v.optional(text(/^[^]{16,256}$/, 'must be 16 to 256 characters')),
    caFile: file,
    certFile: file,
    keyFile: file,
  },
  objectError,
);

/**
 * Merges options with their defaults, and checks the target.
 *
 * @throws CounterServerError `options-invalid`, which names every mistake by its path; the target's is `redisUrl`
 */
export function resolveRedisStoreOptions(
  target: unknown,
  options: RedisStoreOptions,
): ResolvedRedisStoreOptions {
  const problems: OptionProblem[] = [];
  const message = problemOfTarget(target);
  if (message !== undefined) problems.push({ path: 'redisUrl', message });
  const result = v.safeParse(schema, options);
  problems.push(...problemsOfIssues(result.issues));
  const tls = result.success
    ? readRedisTls(target, result.output, (path, problem) => problems.push({ path, message: problem }))
    : undefined;
  if (problems.length > 0 || !result.success) throw optionsInvalid(problems);
  const { prefix, name, follow, leaseMs, secret } = result.output;
  return { prefix, name, follow, leaseMs, secret, tls };
}
