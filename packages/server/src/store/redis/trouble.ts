/** What went wrong with Redis, in words for people who look after the server; it may heal by itself. */
export class RedisTrouble extends Error {
  override readonly name = 'RedisTrouble';
}

/** What a promise that took too long is given up with. */
export class OutOfPatience extends Error {
  override readonly name = 'OutOfPatience';
}
