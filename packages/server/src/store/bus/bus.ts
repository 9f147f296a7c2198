/** What servers of a mesh share: hashes and channels. Implemented by Redis and by the primary process of workers. */
export interface Bus {
  /**
   * Makes a new link. When to try again is up to the caller.
   *
   * @throws BusRefused if another attempt would not help, such as with a wrong password.
   */
  connect(events: BusEvents): Promise<BusLink>;
}

export interface BusEvents {
  /** A message on a channel that the link subscribes to. It is outside input. */
  message(channel: string, message: string): void;
  /** The link, or a part of it, is lost for good. Called at most once. */
  down(error: Error): void;
  /**
   * The bus has found something that is not as it should be, and goes on.
   *
   * @param kind what it is, for a caller that reports each kind once
   * @param text for people
   */
  warning?(kind: BusWarning, text: string): void;
}

/** A key of another type was deleted; or what is in the bus is not signed as this server signs. */
export type BusWarning = 'key-type' | 'signature';

export interface BusLink {
  /**
   * Runs commands in one round trip. Those for the same key or slot run in this order.
   *
   * @returns their replies, in the order of the commands.
   * @throws Error if any of them failed; the others may have run. The promise may never settle: the caller has a timeout.
   */
  run(commands: readonly BusCommand[]): Promise<readonly BusReply[]>;
  /** Subscribes to channels. Once this has settled, no message on them is missed. */
  subscribe(channels: readonly string[]): Promise<void>;
  unsubscribe(channels: readonly string[]): Promise<void>;
  /** The connection by which messages on a channel come. Channels with the same connection are lost together. */
  connectionOf(channel: string): string;
  /** Closes the link at once, without further events. May be called twice. */
  close(): void;
}

/** The commands that a mesh uses, as in Redis. PUBLISH and NUMSUB stand for the sharded ones, too. */
export type BusCommand =
  | readonly ['HSET', key: string, ...fieldsAndValues: string[]]
  | readonly ['HDEL', key: string, ...fields: string[]]
  | readonly ['HGETALL', key: string]
  | readonly ['DEL', key: string]
  /** Sets how long a key lives, in ms. */
  | readonly ['PEXPIRE', key: string, ms: string]
  | readonly ['PUBLISH', channel: string, message: string]
  /** The number of subscribers of each channel. All channels are in one slot. */
  | readonly ['NUMSUB', ...channels: string[]];

/** A number for HSET (new fields), HDEL, DEL, PEXPIRE (0: no such key) and PUBLISH (receivers); else a map. */
export type BusReply = number | ReadonlyMap<string, string> | ReadonlyMap<string, number>;

/** The bus cannot be used until its configuration is changed; the message names what to change. */
export class BusRefused extends Error {
  override readonly name = 'BusRefused';
}
