import { createLike, TIMEOUT_MS, placeOf, type RedisClient } from './client.ts';
import { explain } from './describe-redis-error.ts';
import { TimeoutError, RedisUnavailable } from './redis-errors.ts';

/** Connections that live and die together: those of one link. */
export interface Connections {
  /**
   * Opens one more.
   *
   * @throws Error if that fails or takes too long; nothing of it is left then.
   */
  open(template: RedisClient): Promise<RedisClient>;
  /** Ends one of them; nobody is told. */
  drop(client: RedisClient): void;
  /** Ends all of them, and those that are still being opened. May be called twice. */
  close(): void;
}

/**
 * @param lost is told when one that was open ends by itself, once for each.
 */
export function createConnections(lost: (error: Error) => void): Connections {
  const clients = new Set<RedisClient>();
  let closed = false;

  function drop(client: RedisClient): void {
    clients.delete(client);
    client.destroy();
  }

  return {
    async open(template) {
      if (closed) throw new Error('the link has been closed');
      const client = createLike(template);
      clients.add(client);
      let open = false;
      const failed = new Promise<never>((_, reject) => {
        client.on('error', (error) => {
          if (!open) reject(error);
          else if (clients.has(client)) lost(explain(error, placeOf(client)));
        });
      });
      client.on('sharded-channel-moved', () => {
        if (clients.has(client))
          lost(new RedisUnavailable(`a slot has moved away from the Redis at ${placeOf(client)}`));
      });
      // node-redis goes on opening the socket of a client that was destroyed meanwhile.
      client.on('connect', () => {
        if (!clients.has(client)) client.destroy();
      });
      try {
        await withinPatience(Promise.race([client.connect(), failed]));
        open = true;
        return client;
      } catch (error) {
        drop(client);
        throw error;
      }
    },
    drop,
    close() {
      closed = true;
      for (const client of clients) drop(client);
    },
  };
}

const TURN_MS = 50;

/** node-redis has a timeout of its own, but not for what has already been sent. */
export async function withinPatience<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    // After a stall of this process the timer comes before the answer that has long been there: that gets a turn more.
    timer = setTimeout(() => {
      timer = setTimeout(() => reject(new TimeoutError('no answer')), TURN_MS);
    }, TIMEOUT_MS);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
