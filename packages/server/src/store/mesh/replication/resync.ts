import type { Clock } from '../../../core/ports.ts';
import type { BusCommand, BusLink } from '../../bus/bus.ts';
import { COMMAND_TIMEOUT_MS, withDeadline, type RunCommands } from '../../bus/deadline.ts';
import type { Membership } from '../membership/membership.ts';
import type { SelfProbe } from '../membership/self-probe.ts';
import { encodeControlMessage, type Delta, type Heartbeat } from '../wire/messages.ts';
import type { KeyNames } from '../wire/keys.ts';
import type { ReplicaStore } from './replicas.ts';
import { parseSnapshot } from './snapshot.ts';
import type { BucketSubscriptions } from './subscriptions.ts';

export interface ResyncOptions {
  clock: Clock;
  link: BusLink;
  keys: KeyNames;
  replicas: ReplicaStore;
  membership: Membership;
  probe: SelfProbe;
  subscriptions: BucketSubscriptions;
  run: RunCommands;
  fail: (error: Error) => void;
}

/** Deltas that are buffered for one snapshot; the snapshot will contain more than these. */
const MAX_BUFFERED = 50;

interface Missing {
  readonly bucket: number;
  readonly server: string;
  /** Deltas that were received while the snapshot is being read. */
  readonly buffer: Delta[];
}

/**
 * Subscribes to buckets on one link, and reads the snapshots of servers whose deltas were missed (anti-entropy). [S2, S4]
 */
export class Resync {
  readonly #options: ResyncOptions;
  readonly #subscribed = new Set<number>();
  /** By the key of the snapshot. */
  readonly #missing = new Map<string, Missing>();
  /** The sequence number of a replica when it was first seen to be behind its server's heartbeat. */
  readonly #lagging = new Map<string, number>();
  #reading: Promise<void> | undefined;

  constructor(options: ResyncOptions) {
    this.#options = options;
  }

  isSubscribed(bucket: number): boolean {
    return this.#subscribed.has(bucket);
  }

  /** Subscribes to all wanted buckets. Returns those that are new. */
  async subscribe(): Promise<number[]> {
    const { clock, keys, link, probe, subscriptions } = this.#options;
    const fresh = subscriptions.wanted().filter((bucket) => !this.#subscribed.has(bucket));
    if (fresh.length === 0) return fresh;
    for (const bucket of fresh) this.#subscribed.add(bucket);
    const channels = fresh.map(keys.bucket);
    await withDeadline(clock, COMMAND_TIMEOUT_MS, 'subscribing', link.subscribe(channels));
    probe.cover(channels);
    return fresh;
  }

  async unsubscribeUnused(): Promise<void> {
    const { clock, keys, link, replicas, subscriptions } = this.#options;
    const unused = subscriptions.takeUnused();
    if (unused.length === 0) return;
    for (const bucket of unused) {
      this.#subscribed.delete(bucket);
      replicas.dropBucket(bucket);
    }
    const leaving = link.unsubscribe(unused.map(keys.bucket));
    await withDeadline(clock, COMMAND_TIMEOUT_MS, 'unsubscribing', leaving);
  }

  /** Reads the snapshots of buckets that have just been subscribed to; from then on they are known. */
  async readFirst(buckets: readonly number[]): Promise<void> {
    await this.#readMissing(buckets, true);
    for (const bucket of buckets) this.#options.subscriptions.setKnown(bucket);
  }

  /** Reads what is missing of all subscribed buckets. */
  resync(): Promise<void> {
    return this.#readMissing([...this.#subscribed], false);
  }

  /** Reads the snapshot of a server, because deltas before `delta` are missing. */
  request(bucket: number, delta: Delta): void {
    this.#add(bucket, delta.server).buffer.push(delta);
    this.#read().catch(this.#options.fail);
  }

  /** Buffers a delta while the snapshot before it is being read. Returns whether it did. */
  buffer(bucket: number, delta: Delta): boolean {
    const buffer = this.#missing.get(this.#options.keys.snapshot(bucket, delta.server))?.buffer;
    if (!buffer || delta.full) return false;
    if (buffer.length < MAX_BUFFERED) buffer.push(delta);
    return true;
  }

  /**
   * Reads what is missing of these buckets, as far as heartbeats and deltas show.
   *
   * @param isFirst whether their channels have only just been subscribed to, so that no missing delta is under way.
   */
  async #readMissing(buckets: readonly number[], isFirst: boolean): Promise<void> {
    const { membership, replicas } = this.#options;
    for (const [server, heartbeat] of membership.members()) {
      for (const bucket of buckets) {
        if (heartbeat.buckets.has(bucket)) {
          if (this.#isMissing(bucket, server, heartbeat, isFirst)) this.#add(bucket, server);
        } else if (hasReturnedWithout(heartbeat, replicas.position(bucket, server)?.epoch)) {
          replicas.drop(bucket, server);
        }
      }
    }
    await this.#read();
  }

  #add(bucket: number, server: string): Missing {
    const key = this.#options.keys.snapshot(bucket, server);
    let entry = this.#missing.get(key);
    if (!entry) this.#missing.set(key, (entry = { bucket, server, buffer: [] }));
    return entry;
  }

  #isMissing(bucket: number, server: string, { epoch, buckets }: Heartbeat, isFirst: boolean): boolean {
    const { keys, replicas } = this.#options;
    const known = replicas.position(bucket, server);
    if (!known || known.epoch < epoch) return true;
    const key = keys.snapshot(bucket, server);
    const isBehind = known.epoch === epoch && known.sequence < buckets.get(bucket)!;
    // The delta may be under way. It is lost if it is still missing at the next heartbeat.
    if (isBehind && (isFirst || this.#lagging.get(key) === known.sequence)) return true;
    if (isBehind) this.#lagging.set(key, known.sequence);
    else this.#lagging.delete(key);
    return false;
  }

  async #read(): Promise<void> {
    await this.#reading;
    if (this.#missing.size > 0) await (this.#reading = this.#readAll());
  }

  async #readAll(): Promise<void> {
    const { run } = this.#options;
    const entries = [...this.#missing];
    const replies = await run(entries.map(([key]) => ['HGETALL', key]));
    const requests: BusCommand[] = [];
    entries.forEach(([key, missing], index) => {
      this.#missing.delete(key);
      this.#lagging.delete(key);
      requests.push(...this.#apply(missing, replies[index] as ReadonlyMap<string, string>));
    });
    await run(requests);
  }

  /** Returns the request for a snapshot that is not in its hash. */
  #apply({ bucket, server, buffer }: Missing, hash: ReadonlyMap<string, string>): BusCommand[] {
    const { keys, membership, replicas } = this.#options;
    const epoch = membership.get(server)?.epoch;
    // It was evicted meanwhile.
    if (epoch === undefined) return [];
    const snapshot = parseSnapshot(hash);
    const isUnknown = (replicas.position(bucket, server)?.epoch ?? -1) < epoch;
    if (snapshot && snapshot.epoch >= epoch) replicas.applySnapshot(bucket, server, snapshot);
    for (const delta of buffer) replicas.applyDelta(bucket, delta);
    if (snapshot || !isUnknown) return [];
    return [['PUBLISH', keys.server(server), encodeControlMessage({ kind: 'snapshot-request', bucket })]];
  }
}

/** Whether a server has returned under a new epoch without a site in a bucket, which is known as of `knownEpoch`. */
function hasReturnedWithout({ epoch, number }: Heartbeat, knownEpoch: number = epoch): boolean {
  return number > 1 && knownEpoch < epoch;
}
