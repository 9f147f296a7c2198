import { randomBytes } from 'node:crypto';
import type { Bus, BusEvents, BusLink } from '../bus/bus.ts';
import { addressOf, type RedisClient } from './client.ts';
import { Connections } from './connections.ts';
import { describeRedisError } from './describe-redis-error.ts';
import { connectLayout } from './layout.ts';
import { createLink } from './link.ts';
import { createTemplates, type RedisTarget, type RedisTls, type Templates } from './target.ts';

/**
 * Redis as a bus. Each link has connections of its own: two to a Redis that is no cluster, two to each master of a
 * cluster. They connect once; any error of one of them ends the link.
 *
 * @param prefix what all keys and channels begin with, before a colon
 * @param tls for a target that is a URL
 */
export function createRedisBus(target: RedisTarget, prefix: string, tls?: RedisTls): Bus {
  let templates: Promise<Templates> | undefined;
  /** The masters of a cluster, as of the last link. */
  let seen: readonly RedisClient[] = [];

  async function connect(events: BusEvents): Promise<BusLink> {
    let isOpen = false;
    let firstError: Error | undefined;
    let address = 'an unknown address';
    const connections = new Connections(fail);
    function close(): void {
      isOpen = false;
      connections.close();
    }
    function fail(error: Error): void {
      const wasOpen = isOpen;
      close();
      firstError ??= error;
      if (wasOpen) events.down(describeRedisError(error, address));
    }
    try {
      templates ??= createTemplates(target, tls);
      const probe = `${prefix}:probe-${randomBytes(6).toString('hex')}`;
      const { nodes, nodeOf, pubSub, isCluster } = await connectLayout(
        await templates,
        seen,
        connections,
        prefix,
        probe,
      );
      const masters = nodes.map(({ commands }) => commands);
      if (isCluster) seen = masters;
      address = masters.map(addressOf).join(', ');
      if (firstError) throw firstError;
      isOpen = true;
      const received = (message: string, channel: string): void => {
        if (isOpen) events.message(channel, message);
      };
      return createLink({
        nodeOf,
        pubSub,
        received,
        isOpen: () => isOpen,
        fail,
        isOwnKey: (key) => key.startsWith(`${prefix}:`),
        repaired: (key) => events.warning?.('key-type', repairedText(key, address)),
        close,
      });
    } catch (error) {
      connections.close();
      throw describeRedisError(firstError ?? error, address);
    }
  }

  return { connect };
}

function repairedText(key: string, address: string): string {
  return (
    `the key ${key} of Redis at ${address} was not a hash any more, because another program has written it. ` +
    'It was deleted, and is written again'
  );
}
