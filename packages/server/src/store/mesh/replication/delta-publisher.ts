import type { BusCommand } from '../../bus/bus.ts';
import { encodeDelta, type Entry, type Delta } from '../wire/messages.ts';
import { bucketOf, type KeyNames } from '../wire/keys.ts';
import { isEmpty, snapshotFields, siteField } from './snapshot.ts';

export interface DeltaPublisherOptions {
  server: string;
  keys: KeyNames;
  now: () => number;
  /** This server's entry for a site at this moment; an empty one if there is nothing to publish. */
  entryOf: (site: string) => Entry;
  /** How long a snapshot lives without being refreshed, in ms. */
  snapshotTtlMs: number;
}

/** How long a bucket without a site is still in the heartbeat, in ms, so that no server misses its last delta. */
const LEFT_BUCKET_MS = 60_000;

interface OwnBucket {
  sequence: number;
  /** The sites that have an entry, or have had one since the last delta. */
  readonly sites: Set<string>;
  /** The sites that have changed since the last delta. */
  readonly changed: Set<string>;
  /** Whether the next delta has to be a full one. */
  isFullDue: boolean;
  changedAtMs: number;
}

/** Publishes this server's entries: which deltas are due, and the snapshots in the hashes. [S1, S2] */
export class DeltaPublisher {
  readonly #options: DeltaPublisherOptions;
  readonly #buckets = new Map<number, OwnBucket>();
  #epoch = 0;

  constructor(options: DeltaPublisherOptions) {
    this.#options = options;
  }

  /** The entry of a site may have changed. */
  markChanged(site: string): void {
    const bucket = bucketOf(site);
    let own = this.#buckets.get(bucket);
    if (!own) {
      own = { sequence: 0, sites: new Set(), changed: new Set(), isFullDue: true, changedAtMs: 0 };
      this.#buckets.set(bucket, own);
    }
    own.changedAtMs = this.#options.now();
    own.changed.add(site);
    own.sites.add(site);
  }

  /** Everything is to be published again, under a new epoch. */
  startEpoch(epoch: number): void {
    this.#epoch = epoch;
    for (const own of this.#buckets.values()) {
      own.sequence = 0;
      own.isFullDue = true;
    }
  }

  /** The whole bucket is to be published again. */
  resend(bucket: number): void {
    const own = this.#buckets.get(bucket);
    if (own) own.isFullDue = true;
  }

  /** The sequence number of the last delta for each bucket, as it is in the heartbeat. */
  sequences(): Map<number, number> {
    const sequences = new Map<number, number>();
    for (const [bucket, { sequence, sites, changedAtMs }] of this.#buckets) {
      const isRecent = this.#options.now() - changedAtMs < LEFT_BUCKET_MS;
      if (sequence > 0 && (sites.size > 0 || isRecent)) sequences.set(bucket, sequence);
    }
    return sequences;
  }

  /** The sequence number of the last delta for a bucket. */
  sequenceOf(bucket: number): number {
    return this.#buckets.get(bucket)?.sequence ?? 0;
  }

  get hasPending(): boolean {
    return [...this.#buckets.values()].some(({ changed, isFullDue }) => isFullDue || changed.size > 0);
  }

  /**
   * The commands that publish everything that is due: for each bucket the hash, then the delta.
   *
   * @returns also whether a bucket is among them that is in no heartbeat yet.
   */
  take(): { commands: BusCommand[]; hasNewBucket: boolean } {
    const commands: BusCommand[] = [];
    let hasNewBucket = false;
    for (const [bucket, own] of this.#buckets) {
      if (!own.isFullDue && own.changed.size === 0) continue;
      hasNewBucket ||= own.isFullDue;
      const delta = this.#nextDelta(own);
      commands.push(...publishCommands(delta, bucket, this.#options));
    }
    return { commands, hasNewBucket };
  }

  #nextDelta(own: OwnBucket): Delta {
    const { server, entryOf } = this.#options;
    const full = own.isFullDue;
    const due = full ? new Set([...own.sites, ...own.changed]) : own.changed;
    const sites = [...due].map((site) => [site, entryOf(site)] as const);
    for (const [site, entry] of sites) if (isEmpty(entry)) own.sites.delete(site);
    own.sequence++;
    own.isFullDue = false;
    own.changed.clear();
    return { server, epoch: this.#epoch, sequence: own.sequence, full, sites };
  }
}

/** A server that reads the hash between two of these commands finds none, or all up to the number in its head. */
export function publishCommands(
  delta: Delta,
  bucket: number,
  { keys, snapshotTtlMs }: Pick<DeltaPublisherOptions, 'keys' | 'snapshotTtlMs'>,
): BusCommand[] {
  const { server, full, sites } = delta;
  const key = keys.snapshot(bucket, server);
  const left = sites.filter(([, entry]) => isEmpty(entry)).map(([site]) => siteField(site));
  return [
    ...(full ? [['DEL', key] as const] : []),
    ['HSET', key, ...snapshotFields(delta)],
    ...(left.length > 0 ? [['HDEL', key, ...left] as const] : []),
    ...(full ? [['PEXPIRE', key, String(snapshotTtlMs)] as const] : []),
    ['PUBLISH', keys.bucket(bucket), encodeDelta(delta)],
  ];
}
