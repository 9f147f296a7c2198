import { isNewerEpoch } from '../wire/bounds.ts';
import { parseHeartbeat, type Delta } from '../wire/messages.ts';

export interface OwnNameOptions {
  epoch: number;
  /** The sequence number of this server's last delta for a bucket. */
  sequenceOf: (bucket: number) => number;
  /** Begins a session under an epoch that is newer than `epoch`. */
  renew: (epoch: number, reason: string) => void;
}

/**
 * Notices what others send or write in the name of this server, during one epoch. [S5] Other servers may have believed it, so
 * that this server has to begin an epoch that is newer.
 */
export class OwnName {
  readonly #options: OwnNameOptions;
  /** The last delta of each bucket that has come back: its sequence number, and a hash of its text. */
  readonly #returned = new Map<number, { readonly sequence: number; readonly hash: number }>();
  #written: string | undefined;

  constructor(options: OwnNameOptions) {
    this.#options = options;
  }

  /** This server is about to write this heartbeat. Returns the one before, which is to be in the registry until then. */
  willWrite(heartbeat: string): string | undefined {
    const before = this.#written;
    this.#written = heartbeat;
    return before;
  }

  /**
   * What was in the registry before this server wrote its next heartbeat. A missing one is noticed elsewhere, and an older
   * one is no sign of life for other servers.
   */
  readRegistration(text: string | undefined, expected: string | undefined): void {
    if (text === undefined || expected === undefined || text === expected) return;
    const found = parseHeartbeat(text);
    const own = parseHeartbeat(expected);
    if (!found || !own || (found.epoch === own.epoch && found.number <= own.number)) return;
    this.#receivedEpoch(found.epoch, 'another program has overwritten the registration');
  }

  /** A message says that this server has begun `epoch`. */
  receivedHello(epoch: number): void {
    if (epoch !== this.#options.epoch)
      this.#receivedEpoch(epoch, 'a message names a later epoch of this server');
  }

  /** A message says that this server has left, or was evicted, as of `epoch`. */
  receivedEnd(epoch: number, reason: string): void {
    this.#receivedEpoch(epoch, reason);
  }

  /** A delta of this server comes back, or one in its name. `text` is the whole message. */
  receivedDelta(bucket: number, { epoch, sequence }: Delta, text: string): void {
    const returned = this.#returned.get(bucket);
    const isOwn = epoch === this.#options.epoch && sequence <= this.#options.sequenceOf(bucket);
    const isNewest = isOwn && sequence >= (returned?.sequence ?? 0);
    const hash = isNewest ? hashOf(text) : 0;
    // The same message once more changes nothing. Another one with the same number may have come first.
    const isContradicted = isNewest && sequence === returned?.sequence && hash !== returned.hash;
    if (isNewest) this.#returned.set(bucket, { sequence, hash });
    if (!isOwn || isContradicted) {
      this.#receivedEpoch(epoch, 'another program has published counts of this server');
    }
  }

  /** An older epoch is void for all servers. */
  #receivedEpoch(epoch: number, reason: string): void {
    if (!isNewerEpoch(this.#options.epoch, epoch)) this.#options.renew(epoch, reason);
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
