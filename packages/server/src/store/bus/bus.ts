/** What servers of a mesh share: a place for hashes, and channels. Redis is one, the primary process of workers another. */
export interface Bus {
  /**
   * Makes a new link, once; when to try again is the caller's business.
   *
   * @throws BusRefused when waiting would not help, such as for a wrong password. Anything else may heal by itself.
   */
  connect(events: BusEvents): Promise<BusLink>;
}

export interface BusEvents {
  /** Something was said on a channel that is listened to. It may be anything: whoever reads it must be on guard. */
  message(channel: string, message: string): void;
  /** The link is lost, wholly or in part, and will not come back. Told at most once. */
  down(error: Error): void;
}

/** One link, from the moment it is there to its end. */
export interface BusLink {
  /**
   * Runs commands in one round trip, in this order wherever they concern the same key or slot.
   *
   * @returns their replies, in the order of the commands.
   * @throws Error if any of them failed; the others may have been run all the same. It may also never settle: the
   * caller races it against a clock.
   */
  run(commands: readonly BusCommand[]): Promise<readonly BusReply[]>;
  /** Listens to channels; once this has settled, nothing that is said there is missed. */
  subscribe(channels: readonly string[]): Promise<void>;
  unsubscribe(channels: readonly string[]): Promise<void>;
  /** Which of several connections a channel comes by: channels with the same answer live and die together. */
  connectionOf(channel: string): string;
  /** Ends the link at once; nothing is reported any more. May be called twice. */
  close(): void;
}

/** The few commands that a mesh needs, as Redis spells them, but for those of its pub/sub that have two spellings. */
export type BusCommand =
  | readonly ['HSET', key: string, ...fieldsAndValues: string[]]
  | readonly ['HDEL', key: string, ...fields: string[]]
  | readonly ['HGETALL', key: string]
  | readonly ['DEL', key: string]
  /** Sets how long a key lives without being touched, in ms. */
  | readonly ['PEXPIRE', key: string, ms: string]
  | readonly ['PUBLISH', channel: string, message: string]
  /** How many listen to each channel, all of which are in one slot. */
  | readonly ['NUMSUB', ...channels: string[]];

/** A number for HSET (new fields), HDEL, DEL, PEXPIRE (0: no such key) and PUBLISH (receivers); else a map. */
export type BusReply = number | ReadonlyMap<string, string> | ReadonlyMap<string, number>;

/** A bus that cannot be used until somebody changes something; the message says what. */
export class BusRefused extends Error {
  override readonly name = 'BusRefused';
}
