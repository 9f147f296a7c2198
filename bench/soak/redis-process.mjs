import { startOwnRedis } from '../redis/own-redis.mjs';

/** A Redis that may end, and starts again on the same port, empty. */
export class RedisProcess {
  #signal;
  #redis;

  /** @param {AbortSignal} signal Ends it. */
  constructor(signal) {
    this.#signal = signal;
  }

  get pid() {
    return this.#redis.pid;
  }

  get port() {
    return this.#redis.port;
  }

  keys() {
    return this.#redis.keys();
  }

  async start() {
    this.#redis = await startOwnRedis(this.#signal, { port: this.#redis?.port });
  }

  async kill() {
    await this.#redis?.end();
  }
}
