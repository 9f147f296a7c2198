import { systemClock } from '@live-online/internal/system-clock';
import { withDeadline } from '../bus/deadline.ts';
import { addressOf, createLike, TIMEOUT_MS, type RedisClient } from './client.ts';
import { describeRedisError } from './describe-redis-error.ts';
import { RedisUnavailable } from './redis-errors.ts';

/** The connections of one link. They end together. */
export class Connections {
  readonly #fail: (error: Error) => void;
  readonly #clients = new Set<RedisClient>();
  #isClosed = false;

  /** @param fail is called for each connection that was open and ends by itself. */
  constructor(fail: (error: Error) => void) {
    this.#fail = fail;
  }

  /** @throws Error if that fails or takes too long; then the connection is closed. */
  async open(template: RedisClient): Promise<RedisClient> {
    if (this.#isClosed) throw new Error('the link has been closed');
    const client = createLike(template);
    this.#clients.add(client);
    const fail = (error: Error): void => {
      if (this.#clients.has(client)) this.#fail(describeRedisError(error, addressOf(client)));
    };
    let isOpen = false;
    const failed = new Promise<never>((_, reject) => {
      client.on('error', (error) => (isOpen ? fail(error) : reject(error)));
    });
    client.on('sharded-channel-moved', () =>
      fail(new RedisUnavailable(`a slot has moved away from the Redis at ${addressOf(client)}`)),
    );
    // node-redis goes on opening the socket of a client that was destroyed meanwhile.
    client.on('connect', () => {
      if (!this.#clients.has(client)) client.destroy();
    });
    try {
      await withTimeout(Promise.race([client.connect(), failed]));
      isOpen = true;
      return client;
    } catch (error) {
      this.drop(client);
      throw error;
    }
  }

  /** Closes one of them. */
  drop(client: RedisClient): void {
    this.#clients.delete(client);
    client.destroy();
  }

  /** Closes all of them, and those that are being opened. May be called twice. */
  close(): void {
    this.#isClosed = true;
    for (const client of this.#clients) this.drop(client);
  }
}

/** Only its timers: whether this process was paused is checked by the caller of the bus. */
const timers = { ...systemClock, now: () => 0 };

/** node-redis has a timeout of its own, but not for commands that have been sent. */
export function withTimeout<T>(promise: Promise<T>): Promise<T> {
  return withDeadline(timers, TIMEOUT_MS, 'a reply of Redis', promise);
}
