import { BusRefused } from '../bus/bus.ts';
import { addressOf, type RedisClient } from './client.ts';
import { withTimeout } from './connections.ts';
import { replicaText, tooOldText } from './describe-redis-error.ts';
import type { PubSubCommands } from './pubsub-commands.ts';

/** The reply of a Redis to HELLO. */
export interface Hello {
  /** Such as 7.0 for 7.0.15. */
  readonly version: readonly [major: number, minor: number];
  readonly isCluster: boolean;
  readonly isReplica: boolean;
}

/** @throws BusRefused if it is too old, or a Sentinel. */
export async function readHello(client: RedisClient): Promise<Hello> {
  // Redis 6.0 requires the number of the protocol, and is then found to be too old.
  const reply = (await withTimeout(client.sendCommand(['HELLO', '2']))) as unknown[];
  const fields = new Map<unknown, unknown>();
  for (let i = 0; i + 1 < reply.length; i += 2) fields.set(reply[i], reply[i + 1]);
  const version = String(fields.get('version'));
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 6 || (major === 6 && minor < 2)) throw new BusRefused(tooOldText(addressOf(client), version));
  if (fields.get('mode') === 'sentinel') {
    throw new BusRefused(`at ${addressOf(client)} is a Redis Sentinel: give the address of Redis itself`);
  }
  return {
    version: [major, minor],
    isCluster: fields.get('mode') === 'cluster',
    isReplica: fields.get('role') !== 'master',
  };
}

/** @throws BusRefused if it is a replica. */
export function assertMaster(client: RedisClient, { isReplica }: Hello): void {
  if (isReplica) throw new BusRefused(replicaText(addressOf(client)));
}

/** A command that is tried, and what its ACL rule may deny beside the command itself. */
type Trial = readonly [permission: string, on: 'key' | 'channel' | undefined, reply: Promise<unknown>];

/**
 * Tries every command that the store uses on a key without a meaning, which is deleted again.
 *
 * @param probe the name of a key and a channel on this node, or of any node if `alreadyDenied` is not empty
 * @param alreadyDenied permissions that are known to be denied
 * @throws BusRefused with everything that is denied, and the command for Redis that grants it.
 */
export async function checkPermissions(
  { commands, subscriber }: { commands: RedisClient; subscriber: RedisClient },
  { publish, numsub, subscribe, unsubscribe }: PubSubCommands,
  prefix: string,
  probe: string,
  alreadyDenied: readonly string[] = [],
): Promise<void> {
  const run = (...args: string[]): Promise<unknown> => commands.sendCommand(args);
  const trials: readonly Trial[] = [
    ['hset', 'key', run('HSET', probe, 'a', 'b')],
    ['pexpire', 'key', run('PEXPIRE', probe, '1000')],
    ['hgetall', 'key', run('HGETALL', probe)],
    ['hdel', 'key', run('HDEL', probe, 'a')],
    ['del', 'key', run('DEL', probe)],
    [publish.toLowerCase(), 'channel', run(publish, probe, '')],
    ...(numsub ? [[`pubsub|${numsub.toLowerCase()}`, undefined, run('PUBSUB', numsub, probe)] as const] : []),
    [subscribe.toLowerCase(), 'channel', subscriber[subscribe]([probe], () => {})],
    [unsubscribe.toLowerCase(), undefined, subscriber[unsubscribe]([probe])],
  ];
  const results = await withTimeout(Promise.allSettled(trials.map(([, , reply]) => reply)));
  const permissions = [...alreadyDenied];
  const denied = new Set<string>();
  const granted = new Set<string | undefined>();
  trials.forEach(([permission, on], index) => {
    const result = results[index]!;
    const message = result.status === 'fulfilled' ? '' : (result.reason as Error).message;
    // A node checks permissions first, and then whether it has the slot.
    const isGranted = !message || (alreadyDenied.length > 0 && message.startsWith('MOVED'));
    if (isGranted) granted.add(on);
    else if (!message.startsWith('NOPERM')) throw (result as PromiseRejectedResult).reason;
    else if (/ keys? | key$/.test(message)) denied.add('key');
    else if (/ channels? | channel$/.test(message)) denied.add('channel');
    else permissions.push(permission);
  });
  if (permissions.length === 0 && denied.size === 0) return;

  const missing = [
    ...permissions,
    ...['key', 'channel'].filter((on) => denied.has(on)).map((on) => `${on}s that begin with ${prefix}:`),
  ];
  // If no command got as far as its key, the key may be denied as well.
  const patterns = [
    granted.has('key') ? [] : [`~${prefix}:*`],
    granted.has('channel') ? [] : [`&${prefix}:*`],
  ];
  const grants = [...permissions.map((permission) => `+${permission}`), ...patterns.flat()];
  const user = commands.options?.username ?? 'default';
  throw new BusRefused(
    `Redis at ${addressOf(commands)} denies its user ${user}: ${missing.join(', ')}. ` +
      `Grant it with: ACL SETUSER ${user} ${grants.join(' ')}`,
  );
}
