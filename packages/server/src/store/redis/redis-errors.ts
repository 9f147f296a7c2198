/** Why Redis cannot be used at the moment, as a text for operators. It may come back without a change. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}
