import type { BusCommand, BusLink, BusReply } from '../bus/bus.ts';
import type { ChannelListener, RedisClient } from './client.ts';
import { slotOf } from './slots.ts';
import type { PubSubCommands } from './pubsub-commands.ts';

/** One Redis: alone, or a master of a cluster. */
export interface LinkNode {
  /** What `connectionOf` returns for its channels. */
  readonly name: string;
  readonly commands: RedisClient;
  /** A connection that subscribes can run no other commands. */
  readonly subscriber: RedisClient;
}

export interface LinkOptions {
  /** The node of a key or a channel. */
  nodeOf(name: string): LinkNode | undefined;
  readonly pubSub: PubSubCommands;
  readonly received: ChannelListener;
  isOpen(): boolean;
  /** The link is of no use any more, although its connections are open. */
  fail(error: Error): void;
  /** Whether a key belongs to the servers alone, so that one of another type may be deleted. */
  isOwnKey(key: string): boolean;
  /** A key of another type was deleted. */
  repaired(key: string): void;
  close(): void;
}

/** Redis does not have the slot, the role or the permissions any more that it had: a new link reads them again. */
const MOVED = /^(MOVED|ASK|CLUSTERDOWN|READONLY|MASTERDOWN|LOADING|NOAUTH|NOPERM) /;

export function createLink(options: LinkOptions): BusLink {
  const { nodeOf, pubSub, received, isOpen, fail, isOwnKey, repaired, close } = options;
  const subscribed = new Set<string>();
  /** Subscribing waits for unsubscribing and the other way round: node-redis confuses the two on one channel. */
  let turn: Promise<unknown> = Promise.resolve();

  function nodeFor(name: string): LinkNode {
    const node = nodeOf(name);
    if (node) return node;
    const error = new Error(`no node of the Redis Cluster has the slot ${slotOf(name)}`);
    fail(error);
    throw error;
  }

  async function runOne(command: BusCommand): Promise<BusReply> {
    const args = encodeCommand(command, pubSub);
    if (!args) return new Map<string, number>();
    const send = (): Promise<unknown> => nodeFor(command[1]).commands.sendCommand(args);
    try {
      const reply = await send().catch((error: Error) => repairType(command[1], error, send));
      return parseReply(command[0], reply);
    } catch (error) {
      if (MOVED.test((error as Error).message)) fail(error as Error);
      throw error;
    }
  }

  /** Deletes a key that is no hash any more, and sends the command again. Servers write again what is missing. */
  async function repairType(key: string, error: Error, send: () => Promise<unknown>): Promise<unknown> {
    if (!isWrongType(error) || !isOwnKey(key)) throw error;
    try {
      // Another server may have repaired it meanwhile.
      return await send();
    } catch (again) {
      if (!isWrongType(again as Error)) throw again;
      await nodeFor(key).commands.sendCommand(['DEL', key]);
      repaired(key);
      return send();
    }
  }

  async function inTurn(step: () => Promise<unknown>): Promise<void> {
    const done = turn.then(() => {
      // A client that was destroyed would accept the command, and never reply.
      if (!isOpen()) throw new Error('the link has been closed');
      return step();
    });
    turn = done.catch(() => {});
    await done;
  }

  /** Channels that one command may name: those of one node, or of one slot if pub/sub is sharded. */
  function groupsOf(channels: Iterable<string>): Iterable<[LinkNode, string[]]> {
    const groups = new Map<unknown, [LinkNode, string[]]>();
    for (const channel of channels) {
      const node = nodeFor(channel);
      const key = pubSub.subscribe === 'sSubscribe' ? slotOf(channel) : node;
      const group = groups.get(key);
      if (group) group[1].push(channel);
      else groups.set(key, [node, [channel]]);
    }
    return groups.values();
  }

  return {
    run: (commands) => Promise.all(commands.map(runOne)),
    subscribe: (channels) =>
      inTurn(() =>
        Promise.all(
          [...groupsOf(new Set(channels))].map(async ([{ subscriber }, group]) => {
            await subscriber[pubSub.subscribe](group, received);
            for (const channel of group) subscribed.add(channel);
          }),
        ),
      ),
    unsubscribe: (channels) =>
      inTurn(() => {
        const leaving = channels.filter((channel) => subscribed.delete(channel));
        return Promise.all(
          [...groupsOf(leaving)].map(([{ subscriber }, group]) => subscriber[pubSub.unsubscribe](group)),
        );
      }),
    connectionOf: (channel) => nodeOf(channel)?.name ?? '',
    close,
  };
}

function isWrongType({ message }: Error): boolean {
  return message.startsWith('WRONGTYPE ');
}

/** The arguments for Redis, or `undefined` for a command whose reply is not reliable. */
function encodeCommand(
  command: BusCommand,
  { publish, numsub }: PubSubCommands,
): readonly string[] | undefined {
  if (command[0] === 'PUBLISH') return [publish, ...command.slice(1)];
  if (command[0] === 'NUMSUB') return numsub && ['PUBSUB', numsub, ...command.slice(1)];
  return command;
}

function parseReply(name: BusCommand[0], reply: unknown): BusReply {
  if (name === 'HGETALL' && Array.isArray(reply)) return new Map(pairs(reply, String));
  if (name === 'NUMSUB' && Array.isArray(reply)) return new Map(pairs(reply, Number));
  if (typeof reply === 'number') return reply;
  throw new Error(`unexpected reply to ${name}`);
}

function* pairs<T>(list: readonly unknown[], read: (value: unknown) => T): Iterable<[string, T]> {
  for (let i = 0; i + 1 < list.length; i += 2) yield [String(list[i]), read(list[i + 1])];
}
