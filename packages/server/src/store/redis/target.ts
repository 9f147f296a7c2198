import { BusRefused } from '../bus/bus.ts';
import type { RedisClient, RedisClientOptions, RedisSocketOptions } from './client.ts';

/** A client from `createClient()` of node-redis. It need not be connected. */
export interface RedisClientLike {
  readonly options: object | undefined;
  duplicate(overrides?: object): unknown;
  sendCommand(args: never): unknown;
}

/** A cluster from `createCluster()` of node-redis. It need not be connected. */
export interface RedisClusterLike {
  readonly slots: readonly unknown[];
  duplicate(overrides?: object): unknown;
  nodeClient(node: never): unknown;
}

/**
 * The address of Redis: `redis://[[user]:password@]host[:port][/database]`, or `rediss://` for TLS; or a client or a
 * cluster of node-redis, of which only the options are used. A URL or a client may be that of a cluster's node.
 */
export type RedisTarget = string | RedisClientLike | RedisClusterLike;

/** What TLS connections to a URL have beside it, as in options of `tls.connect()`. */
export interface RedisTls {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** Clients that have the options for a target, and are not connected. */
export interface Templates {
  /** Whether the target can only be a cluster. */
  readonly isCluster: boolean;
  /** One for each address in the target. */
  readonly roots: readonly RedisClient[];
  /** One for a node of the target, which is a cluster. */
  node(host: string, port: number): RedisClient;
}

/** What is wrong with a target, or `undefined`. The text does not repeat a URL: it may contain a password. */
export function problemOfTarget(target: unknown): string | undefined {
  if (typeof target === 'string') return problemOfUrl(target);
  if (isCluster(target) || isClient(target)) return undefined;
  return 'must be a URL such as redis://localhost:6379, or what createClient() or createCluster() of the package redis returns';
}

/**
 * @param tls for a URL.
 * @throws BusRefused if the package `redis` is required and not installed.
 */
export async function createTemplates(target: RedisTarget, tls?: RedisTls): Promise<Templates> {
  if (isCluster(target)) return templatesOfCluster(target as unknown as Cluster, await loadCreateClient());
  const root =
    typeof target === 'string'
      ? (await loadCreateClient())({ url: target, ...(tls && { socket: { ...tls, tls: true } }) })
      : (target as unknown as RedisClient);
  return {
    isCluster: false,
    roots: [root],
    node: (host, port) =>
      root.duplicate({ url: undefined, socket: { ...root.options?.socket, host, port } }) as RedisClient,
  };
}

interface Cluster {
  readonly _options: {
    readonly rootNodes: readonly RedisClientOptions[];
    readonly defaults?: RedisClientOptions;
    readonly nodeAddressMap?:
      | Record<string, RedisSocketOptions>
      | ((address: string) => RedisSocketOptions | undefined);
  };
}

type CreateClient = (options: object) => RedisClient;

function templatesOfCluster({ _options: options }: Cluster, create: CreateClient): Templates {
  const { rootNodes, defaults, nodeAddressMap } = options;
  const withDefaults = (node: RedisClientOptions): RedisClient =>
    create({ ...defaults, ...node, socket: { ...defaults?.socket, ...node.socket } });
  const addressFor = (address: string): RedisSocketOptions | undefined =>
    typeof nodeAddressMap === 'function' ? nodeAddressMap(address) : nodeAddressMap?.[address];
  return {
    isCluster: true,
    roots: rootNodes.map(withDefaults),
    node: (host, port) => withDefaults({ socket: addressFor(`${host}:${port}`) ?? { host, port } }),
  };
}

async function loadCreateClient(): Promise<CreateClient> {
  try {
    const { createClient } = await import('redis');
    return createClient;
  } catch (error) {
    throw new BusRefused('the package redis is not installed: npm install redis', { cause: error });
  }
}

function isClient(target: unknown): target is RedisClientLike {
  // A pool and a Sentinel have `duplicate`, too; only a client has `reAuthenticate`.
  return has(target, 'duplicate') && has(target, 'sendCommand') && has(target, 'reAuthenticate');
}

function isCluster(target: unknown): target is RedisClusterLike {
  return (
    has(target, 'duplicate') &&
    has(target, 'nodeClient') &&
    typeof (target as { _options?: unknown })._options === 'object'
  );
}

function has(target: unknown, method: string): boolean {
  return (
    typeof target === 'object' &&
    target !== null &&
    typeof (target as Record<string, unknown>)[method] === 'function'
  );
}

function problemOfUrl(text: string): string | undefined {
  const form = 'must be a URL such as redis://localhost:6379 or rediss://user:password@host:6379/0';
  if (!URL.canParse(text)) return `${form}, with special characters of the password percent-encoded`;
  const { protocol, hostname, pathname, username, password } = new URL(text);
  if (protocol !== 'redis:' && protocol !== 'rediss:') return form;
  if (hostname === '') return `${form}: the host is missing`;
  if (!/^\/?\d*$/.test(pathname)) return `${form}: the path may only be the number of a database`;
  try {
    decodeURIComponent(username + password);
  } catch {
    return `${form}, with special characters of the password percent-encoded`;
  }
  return undefined;
}
