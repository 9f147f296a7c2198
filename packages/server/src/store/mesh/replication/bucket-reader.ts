import type { Clock } from '../../../core/ports.ts';
import type { BusLink } from '../../bus/bus.ts';
import { COMMAND_TIMEOUT_MS, withDeadline } from '../../bus/deadline.ts';
import type { KeyNames } from '../wire/keys.ts';
import type { ReplicaStore } from './replicas.ts';
import type { Resync } from './resync.ts';
import type { BucketSubscriptions } from './subscriptions.ts';

export interface BucketReaderOptions {
  clock: Clock;
  link: BusLink;
  keys: KeyNames;
  replicas: ReplicaStore;
  subscriptions: BucketSubscriptions;
  resync: Resync;
  /** Is called with the channels that have been subscribed to. */
  subscribed: (channels: readonly string[]) => void;
}

/** Subscribes to the channels of buckets on one link, and reads their snapshots. [S2] */
export class BucketReader {
  readonly #options: BucketReaderOptions;
  readonly #buckets = new Set<number>();

  constructor(options: BucketReaderOptions) {
    this.#options = options;
  }

  isSubscribed(bucket: number): boolean {
    return this.#buckets.has(bucket);
  }

  /** Subscribes to all wanted buckets. Returns those that are new. */
  async subscribe(): Promise<number[]> {
    const { clock, keys, link, subscriptions, subscribed } = this.#options;
    const fresh = subscriptions.wanted().filter((bucket) => !this.#buckets.has(bucket));
    if (fresh.length === 0) return fresh;
    for (const bucket of fresh) this.#buckets.add(bucket);
    const channels = fresh.map(keys.bucket);
    await withDeadline(clock, COMMAND_TIMEOUT_MS, 'subscribing', link.subscribe(channels));
    subscribed(channels);
    return fresh;
  }

  /** Reads the snapshots of buckets that have just been subscribed to; from then on they are known. */
  async readFirst(buckets: readonly number[]): Promise<void> {
    await this.#options.resync.resync(buckets, true);
    for (const bucket of buckets) this.#options.subscriptions.setKnown(bucket);
  }

  resync(): Promise<void> {
    return this.#options.resync.resync([...this.#buckets], false);
  }

  async unsubscribeUnused(): Promise<void> {
    const { clock, keys, link, replicas, subscriptions } = this.#options;
    const unused = subscriptions.takeUnused();
    if (unused.length === 0) return;
    for (const bucket of unused) {
      this.#buckets.delete(bucket);
      replicas.dropBucket(bucket);
    }
    const leaving = link.unsubscribe(unused.map(keys.bucket));
    await withDeadline(clock, COMMAND_TIMEOUT_MS, 'unsubscribing', leaving);
  }
}
