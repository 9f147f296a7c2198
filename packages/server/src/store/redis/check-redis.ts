import { BusRefused } from '../bus/bus.ts';
import { placeOf, type RedisClient } from './client.ts';
import { withinPatience } from './connections.ts';
import { replicaText, tooOldText } from './describe-redis-error.ts';
import type { PubSubCommands } from './pubsub-commands.ts';

/** What a Redis says about itself. */
export interface Hello {
  /** Such as 7.0 for 7.0.15. */
  readonly version: readonly [major: number, minor: number];
  readonly cluster: boolean;
  readonly replica: boolean;
}

/**
 * @throws BusRefused if it is too old, or no Redis that holds data.
 */
export async function readHello(client: RedisClient): Promise<Hello> {
  // The protocol has to be named for 6.0 to understand the question, and then to be told that it is too old.
  const reply = (await withinPatience(client.sendCommand(['HELLO', '2']))) as unknown[];
  const fields = new Map<unknown, unknown>();
  for (let i = 0; i + 1 < reply.length; i += 2) fields.set(reply[i], reply[i + 1]);
  const place = placeOf(client);
  const version = String(fields.get('version'));
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 6 || (major === 6 && minor < 2)) throw new BusRefused(tooOldText(place, version));
  if (fields.get('mode') === 'sentinel') {
    throw new BusRefused(`at ${place} is a Redis Sentinel: give the address of Redis itself`);
  }
  return {
    version: [major, minor],
    cluster: fields.get('mode') === 'cluster',
    replica: fields.get('role') !== 'master',
  };
}

/** @throws BusRefused if it is a replica. */
export function assertMaster(client: RedisClient, { replica }: Hello): void {
  if (replica) throw new BusRefused(replicaText(placeOf(client)));
}

/**
 * Tries everything that will be needed on a key that means nothing, and leaves nothing behind.
 *
 * @param probe a key, and a channel: it has to lie on the node that is tried, unless something is denied already
 * @param alreadyDenied rights that are known to be denied
 * @throws BusRefused that names all that is denied, and the command for Redis that grants it.
 */
export async function rehearse(
  { commands, subscriber }: { commands: RedisClient; subscriber: RedisClient },
  spelling: PubSubCommands,
  prefix: string,
  probe: string,
  alreadyDenied: readonly string[] = [],
): Promise<void> {
  const ignore = (): void => {};
  const trials: readonly (readonly [right: string, on: 'key' | 'channel' | '', done: Promise<unknown>])[] = [
    ['hset', 'key', commands.sendCommand(['HSET', probe, 'a', 'b'])],
    ['pexpire', 'key', commands.sendCommand(['PEXPIRE', probe, '1000'])],
    ['hgetall', 'key', commands.sendCommand(['HGETALL', probe])],
    ['hdel', 'key', commands.sendCommand(['HDEL', probe, 'a'])],
    ['del', 'key', commands.sendCommand(['DEL', probe])],
    [spelling.publish.toLowerCase(), 'channel', commands.sendCommand([spelling.publish, probe, ''])],
    ...(spelling.numsub
      ? ([
          [
            `pubsub|${spelling.numsub.toLowerCase()}`,
            '',
            commands.sendCommand(['PUBSUB', spelling.numsub, probe]),
          ],
        ] as const)
      : []),
    [spelling.subscribe.toLowerCase(), 'channel', subscriber[spelling.subscribe]([probe], ignore)],
    [spelling.unsubscribe.toLowerCase(), '', subscriber[spelling.unsubscribe]([probe])],
  ];
  const results = await withinPatience(Promise.allSettled(trials.map(([, , done]) => done)));
  const rights = [...alreadyDenied];
  const denied = { key: false, channel: false };
  const granted = { key: false, channel: false };
  trials.forEach(([right, on], index) => {
    const result = results[index]!;
    const message = result.status === 'fulfilled' ? '' : (result.reason as Error).message;
    // A node looks at the rights first, and then whether the slot is its own.
    if (result.status === 'fulfilled' || (alreadyDenied.length > 0 && message.startsWith('MOVED'))) {
      if (on) granted[on] = true;
      return;
    }
    if (!message.startsWith('NOPERM')) throw result.reason;
    if (/ keys? | key$/.test(message)) denied.key = true;
    else if (/ channels? | channel$/.test(message)) denied.channel = true;
    else rights.push(right);
  });
  if (rights.length === 0 && !denied.key && !denied.channel) return;

  const missing = [
    ...rights,
    ...(denied.key ? [`keys that begin with ${prefix}:`] : []),
    ...(denied.channel ? [`channels that begin with ${prefix}:`] : []),
  ];
  const grants = [
    ...rights.map((right) => `+${right}`),
    // Where no command got as far as its key, nobody knows whether the key would have been denied as well.
    ...(granted.key ? [] : [`~${prefix}:*`]),
    ...(granted.channel ? [] : [`&${prefix}:*`]),
  ];
  const user = commands.options?.username ?? 'default';
  throw new BusRefused(
    `Redis at ${placeOf(commands)} denies its user ${user}: ${missing.join(', ')}. ` +
      `Grant it with: ACL SETUSER ${user} ${grants.join(' ')}`,
  );
}
