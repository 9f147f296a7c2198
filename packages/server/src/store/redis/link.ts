import type { BusCommand, BusLink, BusReply } from '../bus/bus.ts';
import type { ChannelListener, RedisClient } from './client.ts';
import { slotOf } from './slots.ts';
import type { PubSubCommands } from './pubsub-commands.ts';

/** One Redis: alone, or a master of a cluster. */
export interface LinkNode {
  /** What `connectionOf` says of its channels. */
  readonly name: string;
  readonly commands: RedisClient;
  /** A connection that listens can do nothing else. */
  readonly subscriber: RedisClient;
}

export interface LinkParts {
  /** Where a key or a channel lies. */
  nodeOf(name: string): LinkNode | undefined;
  readonly spelling: PubSubCommands;
  readonly heard: ChannelListener;
  isOpen(): boolean;
  /** Is told what shows that the link is no good any more, though its connections stand. */
  lost(error: Error): void;
  close(): void;
}

/** Redis is not, or no longer, where and what it was: only a new link finds out. */
const MOVED = /^(MOVED|ASK|CLUSTERDOWN|READONLY|MASTERDOWN|LOADING|NOAUTH|NOPERM) /;

export function createLink({ nodeOf, spelling, heard, isOpen, lost, close }: LinkParts): BusLink {
  const subscribed = new Set<string>();
  /** Subscribing waits for unsubscribing and the other way round: node-redis mixes up the two on one channel. */
  let turn: Promise<unknown> = Promise.resolve();

  function nodeFor(name: string): LinkNode {
    const node = nodeOf(name);
    if (node) return node;
    const error = new Error(`no node of the Redis Cluster has the slot ${slotOf(name)}`);
    lost(error);
    throw error;
  }

  async function runOne(command: BusCommand): Promise<BusReply> {
    const words = spell(command, spelling);
    if (!words) return new Map<string, number>();
    try {
      return readReply(command[0], await nodeFor(command[1]).commands.sendCommand(words));
    } catch (error) {
      if (MOVED.test((error as Error).message)) lost(error as Error);
      throw error;
    }
  }

  function inTurn(step: () => Promise<unknown>): Promise<void> {
    const done = turn.then(() => {
      // A client that was destroyed would take it, and never answer.
      if (!isOpen()) throw new Error('the link has been closed');
      return step();
    });
    turn = done.catch(() => {});
    return done.then(() => {});
  }

  /** The channels that one command may name: those of one node, and where channels have slots, of one slot. */
  function* groupsOf(channels: Iterable<string>): Iterable<[LinkNode, string[]]> {
    const groups = new Map<unknown, [LinkNode, string[]]>();
    for (const channel of channels) {
      const node = nodeFor(channel);
      const key = spelling.subscribe === 'sSubscribe' ? slotOf(channel) : node;
      const group = groups.get(key);
      if (group) group[1].push(channel);
      else groups.set(key, [node, [channel]]);
    }
    yield* groups.values();
  }

  return {
    run: (commands) => Promise.all(commands.map(runOne)),
    subscribe: (channels) =>
      inTurn(() =>
        Promise.all(
          [...groupsOf(new Set(channels))].map(async ([{ subscriber }, group]) => {
            await subscriber[spelling.subscribe](group, heard);
            for (const channel of group) subscribed.add(channel);
          }),
        ),
      ),
    unsubscribe: (channels) =>
      inTurn(() => {
        const listened = channels.filter((channel) => subscribed.delete(channel));
        return Promise.all(
          [...groupsOf(listened)].map(([{ subscriber }, group]) => subscriber[spelling.unsubscribe](group)),
        );
      }),
    connectionOf: (channel) => nodeOf(channel)?.name ?? '',
    close,
  };
}

/** The words for Redis, or `undefined` for a question that it could not answer. */
function spell(command: BusCommand, { publish, numsub }: PubSubCommands): readonly string[] | undefined {
  if (command[0] === 'PUBLISH') return [publish, ...command.slice(1)];
  if (command[0] === 'NUMSUB') return numsub && ['PUBSUB', numsub, ...command.slice(1)];
  return command;
}

function readReply(name: BusCommand[0], reply: unknown): BusReply {
  if (name === 'HGETALL' && Array.isArray(reply)) return new Map(pairs(reply, String));
  if (name === 'NUMSUB' && Array.isArray(reply)) return new Map(pairs(reply, Number));
  if (typeof reply === 'number') return reply;
  throw new Error(`${name} was answered by something else`);
}

function* pairs<T>(list: readonly unknown[], read: (value: unknown) => T): Iterable<[string, T]> {
  for (let i = 0; i + 1 < list.length; i += 2) yield [String(list[i]), read(list[i + 1])];
}
