import proxyaddr from 'proxy-addr';
import * as v from 'valibot';
import { problemsOfIssues, type OptionProblem } from '@live-online/internal/option-problems';
import { filterEntries, isRecord, withoutUndefined } from '@live-online/internal/records';
import { limits } from '@live-online/protocol';
import type { Store } from '../core/ports.ts';
import { createSiteList } from '../core/site-list.ts';
import { optionsInvalid } from '../errors.ts';
import type { TrustsProxy } from '../io/admission/client-address.ts';
import type { HandshakeRateOptions } from '../io/admission/handshake-rates.ts';
import { Access } from '../io/http/access/access.ts';
import type {
  AttachedCounterOptions,
  CounterServerOptions,
  CountingOptions,
  ResolvedAttachedOptions,
  ResolvedCounterServerOptions,
  ResolvedCountingOptions,
} from './options.ts';
import { memoryStore } from '../store/memory.ts';
import { operationsEntries, resolveOperations } from './operations-options.ts';
import { integer, objectError } from './schema.ts';

/** `Infinity` is no limit. */
const limit: v.GenericSchema<number> = ((message) =>
  v.pipe(
    v.number(message),
    v.check((value) => value >= 1 && (Number.isSafeInteger(value) || value === Infinity), message),
  ))('must be an integer ≥ 1');
const text = (message: string): v.GenericSchema<string> => v.pipe(v.string(message), v.nonEmpty(message));

const TRUST_PROXY = 'must be a list of addresses and networks, or the number of proxies';

const TOKEN_SECRET = 'must have 16 to 256 characters';

const ADMIN_TOKEN = 'must have 16 to 256 letters, digits and -._~+/';

/** Enough for the script on a slow link, and for a handshake whose packets are lost twice. */
const PENDING_TIMEOUTS = { timeoutMs: 10_000, sweepMs: 1_000 };

/** A thousand people behind one address may all reconnect at once, and more if more may be connected. */
const MIN_HANDSHAKE_BURST_PER_ADDRESS = 1_000;

const countingEntries = {
  sites: v.optional(
    v.array(
      v.union(
        [
          v.string(),
          v.strictObject({
            name: v.string(),
            aliases: v.optional(v.array(v.string())),
            token: v.optional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(limits.maxTokenLength))),
            tokenSecret: v.optional(
              v.pipe(v.string(TOKEN_SECRET), v.minLength(16, TOKEN_SECRET), v.maxLength(256, TOKEN_SECRET)),
            ),
          }),
        ],
        `must be a hostname or { name, aliases?, token?, tokenSecret? } with a token of 1 to ${limits.maxTokenLength} characters, and a secret of 16 to 256`,
      ),
      'must be a list of sites',
    ),
  ),
  maxConnections: v.optional(limit, 100_000),
  maxPerAddress: v.optional(limit),
  maxPerSite: v.optional(limit, Infinity),
  maxSites: v.optional(limit, 10_000),
  maxSitesPerAddress: v.optional(limit, 100),
  trustProxy: v.optional(
    v.union([integer(1, 100), v.pipe(v.array(v.string()), v.nonEmpty(TRUST_PROXY))], TRUST_PROXY),
  ),
  countBots: v.optional(v.boolean('must be true or false'), false),
  minUpdateIntervalMs: v.optional(integer(10, 60_000, ' (ms)'), 100),
  decreaseDelayMs: v.optional(integer(0, 60_000, ' (ms)'), 1_000),
  maxBroadcastCpu: v.optional(
    v.pipe(
      v.number('must be a number above 0 and up to 1'),
      v.gtValue(0, 'must be above 0'),
      v.maxValue(1, 'must be at most 1'),
    ),
    0.2,
  ),
  drainDurationMs: v.optional(integer(0, 10_000, ' (ms)'), 5_000),
  readinessGraceMs: v.optional(integer(0, 5_000, ' (ms)'), 1_000),
  store: v.optional(
    v.custom<Store>(
      (value) => typeof (value as Store | null)?.open === 'function',
      'must be a store, such as memoryStore()',
    ),
  ),
};

const serverEntries = {
  ...countingEntries,
  ...operationsEntries,
  port: v.optional(integer(0, 65_535), 8081),
  host: v.optional(text('must be a hostname or an address')),
  path: v.optional(
    v.pipe(
      v.string('must be a string'),
      v.regex(/^\/([\w.~-]+\/)*([\w.~-]+)?$/, 'must begin with a slash, such as /live-online/'),
      v.transform((path) => (path.endsWith('/') ? path : `${path}/`)),
    ),
  ),
  transports: v.optional(
    v.pipe(
      v.array(v.picklist(['websocket', 'polling'], 'must be websocket or polling'), 'must be a list'),
      v.nonEmpty('must name websocket, polling or both'),
    ),
    ['websocket'],
  ),
  engine: v.optional(v.picklist(['lean', 'socket.io'], 'must be lean or socket.io')),
  // The minimum has room for the answers to a handshake, a heartbeat and a total.
  maxWaitingBytes: v.optional(integer(1_024, 65_536, ' (bytes)'), 16_384),
  packetBurst: v.optional(integer(4, 10_000), 20),
  packetsPerSecond: v.optional(integer(1, 10_000), 1),
  closeTimeoutMs: v.optional(integer(10, 30_000, ' (ms)'), 2_000),
  maxPendingConnections: v.optional(limit, 10_000),
  maxPendingPerAddress: v.optional(limit),
  handshakesPerSecondPerAddress: v.optional(limit),
  handshakeBurstPerAddress: v.optional(limit),
  handshakesPerSecond: v.optional(limit, Infinity),
  handshakeBurst: v.optional(limit),
  adminToken: v.optional(v.pipe(v.string(ADMIN_TOKEN), v.regex(/^[\w.~+/-]{16,256}$/, ADMIN_TOKEN))),
  publicSites: v.optional(v.array(v.string(), 'must be a list of sites'), []),
  data: v.optional(text('must be a folder')),
  historySites: v.optional(integer(0, 100_000), 1_000),
};

const attachedEntries = {
  ...countingEntries,
  namespace: v.optional(
    v.pipe(
      v.string('must be a string'),
      v.regex(/^\/[\w~.-][\w~./-]*$/, 'must be a namespace other than the main one, such as /live-online'),
    ),
    '/live-online',
  ),
};

/**
 * Merges options with their defaults.
 *
 * @throws CounterServerError `options-invalid`, which names every mistake by its path
 */
export function resolveServerOptions(options: CounterServerOptions): ResolvedCounterServerOptions {
  const problems: OptionProblem[] = [];
  const values = check(v.strictObject(serverEntries, objectError), options, problems);
  const counting = resolveCounting(values, problems);
  const hasPolling = values.transports?.includes('polling') ?? false;
  if (values.engine === 'lean' && hasPolling) {
    const message = 'cannot be lean with polling: choose socket.io, or remove polling from transports';
    problems.push({ path: 'engine', message });
  }
  const access = createAccess(values, problems);
  const operations = resolveOperations(values, problems);
  const handshakes = resolveHandshakeRates(values, counting, problems);
  if (problems.length > 0) throw optionsInvalid(problems);
  const { data, historySites } = values;
  const { port, host, path, transports, maxPendingConnections, maxPendingPerAddress, ...connection } = values;
  const { engine = hasPolling ? 'socket.io' : 'lean' } = values;
  const { maxWaitingBytes, packetBurst, packetsPerSecond, closeTimeoutMs } = connection;
  const packets = { burst: packetBurst, perSecond: packetsPerSecond };
  const bounds = { maxWaitingBytes, packets, closeTimeoutMs };
  const httpBounds = {
    maxPendingConnections,
    // One page needs several, with its preconnections.
    maxPendingPerAddress: maxPendingPerAddress ?? Math.max(100, counting.limits.maxPerAddress),
    countLoopback: counting.countLoopback || maxPendingPerAddress !== undefined,
    handshakes,
    ...PENDING_TIMEOUTS,
  };
  const own = { port, host, path, transports, engine, bounds, httpBounds };
  const isOptedOut = access.isOptedOut.bind(access);
  return { ...counting, ...own, access, isOptedOut, operations, data, historySites };
}

type ServerValues = v.InferOutput<v.StrictObjectSchema<typeof serverEntries, undefined>>;

/** How many times the handshakes of a second may come at once, where that is not set. */
const BURST_SECONDS = 10;

function resolveHandshakeRates(
  values: ServerValues,
  { countLoopback, limits: { maxPerAddress } }: ResolvedCountingOptions,
  problems: OptionProblem[],
): HandshakeRateOptions {
  const { handshakesPerSecond: inAll, handshakeBurst: burstInAll } = values;
  const { handshakesPerSecondPerAddress: perAddress, handshakeBurstPerAddress: burstPerAddress } = values;
  if (burstInAll !== undefined && inAll === Infinity) {
    problems.push({ path: 'handshakeBurst', message: 'requires handshakesPerSecond' });
  }
  const burst = Math.max(MIN_HANDSHAKE_BURST_PER_ADDRESS, maxPerAddress);
  const perSecond = perAddress ?? burst / BURST_SECONDS;
  if (burstPerAddress !== undefined && perSecond === Infinity) {
    problems.push({ path: 'handshakeBurstPerAddress', message: 'requires handshakesPerSecondPerAddress' });
  }
  return {
    perAddress: { perSecond, burst: burstPerAddress ?? BURST_SECONDS * perSecond },
    inAll: { perSecond: inAll, burst: burstInAll ?? BURST_SECONDS * inAll },
    countLoopback: countLoopback || perAddress !== undefined || burstPerAddress !== undefined,
  };
}

function createAccess({ adminToken, publicSites }: ServerValues, problems: OptionProblem[]): Access {
  // It is absent if it is invalid.
  const rules = publicSites?.includes('*') ? undefined : (publicSites ?? []);
  const sites = createSiteList(rules, (path, message) =>
    problems.push({ path: path.replace('sites', 'publicSites'), message }),
  );
  const hasPublicSites = rules === undefined || rules.length > 0;
  return new Access({ adminToken, publicSites: sites, hasPublicSites, timeOfDay: Date.now });
}

/** The same for a counter on a host's Socket.IO server. */
export function resolveAttachedOptions(options: AttachedCounterOptions): ResolvedAttachedOptions {
  const problems: OptionProblem[] = [];
  const values = check(v.strictObject(attachedEntries, objectError), options, problems);
  const counting = resolveCounting(values, problems);
  if (problems.length > 0) throw optionsInvalid(problems);
  return { ...counting, namespace: values.namespace };
}

/**
 * Checks each entry. If there are problems, it returns the valid entries unresolved, so that later checks can add their
 * problems to the same error.
 */
function check<Schema extends v.GenericSchema>(
  schema: Schema,
  options: unknown,
  problems: OptionProblem[],
): v.InferOutput<Schema> {
  const given = withoutUndefined(options);
  const result = v.safeParse(schema, given);
  if (result.success) return result.output;
  problems.push(...problemsOfIssues(result.issues));
  const wrong = new Set(result.issues.map(({ path }) => path?.[0]?.key));
  return isRecord(given) ? filterEntries(given, (key) => !wrong.has(key)) : {};
}

type CountingValues = v.InferOutput<v.StrictObjectSchema<typeof countingEntries, undefined>>;

function resolveCounting(given: CountingValues, problems: OptionProblem[]): ResolvedCountingOptions {
  const { maxConnections, maxPerAddress = 1_000, maxPerSite, maxSites, maxSitesPerAddress, ...rest } = given;
  const { minUpdateIntervalMs, decreaseDelayMs, maxBroadcastCpu, drainDurationMs, readinessGraceMs } = rest;
  const sites = createSiteList(given.sites as CountingOptions['sites'], (path, message) =>
    problems.push({ path, message }),
  );
  return {
    sites,
    limits: { maxConnections, maxPerAddress, maxPerSite, maxSites, maxSitesPerAddress },
    countLoopback: given.maxPerAddress !== undefined,
    countBots: given.countBots,
    trustsProxy: compileTrust(given.trustProxy, problems),
    minUpdateIntervalMs,
    decreaseDelayMs,
    maxBroadcastCpu,
    drainDurationMs,
    readinessGraceMs,
    store: given.store ?? memoryStore(),
  };
}

function compileTrust(
  trust: string[] | number | undefined,
  problems: OptionProblem[],
): TrustsProxy | undefined {
  if (trust === undefined) return undefined;
  if (typeof trust === 'number') return (_address, hop) => hop < trust;
  try {
    return proxyaddr.compile(trust);
  } catch (error) {
    problems.push({ path: 'trustProxy', message: (error as Error).message });
    return undefined;
  }
}
