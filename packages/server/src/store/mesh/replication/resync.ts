import type { Clock } from '../../../core/ports.ts';
import type { BusCommand, BusLink } from '../../bus/bus.ts';
import { COMMAND_TIMEOUT_MS, withDeadline, type RunCommands } from '../../bus/deadline.ts';
import type { Membership } from '../membership/membership.ts';
import type { SelfProbe } from '../membership/self-probe.ts';
import { isNewerEpoch } from '../wire/bounds.ts';
import { encodeControlMessage, type Delta, type Heartbeat } from '../wire/messages.ts';
import type { KeyNames } from '../wire/keys.ts';
import type { ReplicaStore } from './replicas.ts';
import { parseSnapshot, type Snapshot } from './snapshot.ts';
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
  /** The sequence number of a replica when it was first seen to be ahead of its server's heartbeat, and the heartbeat's. */
  readonly #ahead = new Map<string, { readonly sequence: number; readonly heartbeat: number }>();
  /** Servers that are asked for a snapshot, with the bucket. */
  #requests: BusCommand[] = [];
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
        if (this.#isInvented(bucket, server, heartbeat)) {
          this.#replaceInvented(bucket, server, heartbeat);
        } else if (heartbeat.buckets.has(bucket)) {
          if (this.#isMissing(bucket, server, heartbeat, isFirst)) this.#add(bucket, server);
        } else if (hasReturnedWithout(heartbeat, replicas.position(bucket, server)?.epoch)) {
          replicas.drop(bucket, server);
        }
      }
    }
    await this.#read();
  }

  /**
   * Whether a replica has a later delta than two heartbeats in a row of its server. The second one was written after the
   * delta was received, so that the delta is not of that server.
   */
  #isInvented(bucket: number, server: string, { epoch, number, buckets }: Heartbeat): boolean {
    const { keys, replicas } = this.#options;
    const key = keys.snapshot(bucket, server);
    const known = replicas.position(bucket, server);
    const sequence = buckets.get(bucket) ?? 0;
    if (known?.epoch !== epoch || known.sequence <= sequence) {
      this.#ahead.delete(key);
      return false;
    }
    const seen = this.#ahead.get(key);
    if (!seen || seen.heartbeat >= number) {
      if (!seen) this.#ahead.set(key, { sequence: known.sequence, heartbeat: number });
      return false;
    }
    this.#ahead.delete(key);
    return sequence < seen.sequence;
  }

  #replaceInvented(bucket: number, server: string, { buckets }: Heartbeat): void {
    const { keys, replicas } = this.#options;
    // A bucket that its server does not mention has had no site for a minute.
    if (!buckets.has(bucket)) return replicas.drop(bucket, server);
    replicas.distrust(bucket, server);
    this.#requests.push(requestCommand(keys, bucket, server));
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
    if (!known || isNewerEpoch(epoch, known.epoch)) return true;
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
    await this.#options.run(this.#requests.splice(0));
  }

  async #readAll(): Promise<void> {
    const { run } = this.#options;
    const entries = [...this.#missing];
    const replies = await run(entries.map(([key]) => ['HGETALL', key]));
    entries.forEach(([key, missing], index) => {
      this.#missing.delete(key);
      this.#lagging.delete(key);
      this.#apply(missing, replies[index] as ReadonlyMap<string, string>);
    });
  }

  /** Applies what was read. What is not in the hash, or cannot be, is requested from its server. */
  #apply({ bucket, server, buffer }: Missing, hash: ReadonlyMap<string, string>): void {
    const { keys, membership, replicas } = this.#options;
    const heartbeat = membership.get(server);
    // It was evicted meanwhile.
    if (!heartbeat) return;
    const { epoch } = heartbeat;
    const known = replicas.position(bucket, server);
    const isUnknown = !known || isNewerEpoch(epoch, known.epoch);
    const snapshot = parseSnapshot(hash);
    const isUsable = snapshot?.epoch === epoch;
    if (isUsable) replicas.applySnapshot(bucket, server, snapshot);
    for (const delta of buffer) replicas.applyDelta(bucket, delta);
    if (isUsable ? isOlder(snapshot, bucket, heartbeat) : isUnknown || hash.size > 0) {
      this.#requests.push(requestCommand(keys, bucket, server));
    }
  }
}

/** Whether a snapshot is older than a heartbeat that was read before it, as after someone has written an old one again. */
function isOlder({ sequence }: Snapshot, bucket: number, { buckets }: Heartbeat): boolean {
  return sequence < (buckets.get(bucket) ?? 0);
}

function requestCommand(keys: KeyNames, bucket: number, server: string): BusCommand {
  return ['PUBLISH', keys.server(server), encodeControlMessage({ kind: 'snapshot-request', bucket })];
}

/** Whether a server has returned under a new epoch without a site in a bucket, which is known as of `knownEpoch`. */
function hasReturnedWithout({ epoch, number }: Heartbeat, knownEpoch: number = epoch): boolean {
  return number > 1 && isNewerEpoch(epoch, knownEpoch);
}
