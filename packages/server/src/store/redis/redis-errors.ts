/** What went wrong with Redis, in words for people who look after the server; it may heal by itself. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}

/** What a promise that took too long is given up with. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}
