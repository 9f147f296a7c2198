import type { Acknowledgements } from '../handover/acknowledgements.ts';
import type { Claims } from '../handover/claims.ts';
import type { FailureDetector } from '../membership/failure-detector.ts';
import type { Membership } from '../membership/membership.ts';
import type { SelfProbe } from '../membership/self-probe.ts';
import type { BucketReader } from '../replication/bucket-reader.ts';
import type { DeltaPublisher } from '../replication/delta-publisher.ts';
import type { ReplicaStore } from '../replication/replicas.ts';
import type { Resync } from '../replication/resync.ts';
import { BUCKETS, type KeyNames } from '../wire/keys.ts';
import { parseControlMessage, parseDelta } from '../wire/messages.ts';

export interface ReceiverOptions {
  server: string;
  epoch: number;
  keys: KeyNames;
  membership: Membership;
  detector: FailureDetector;
  probe: SelfProbe;
  buckets: BucketReader;
  replicas: ReplicaStore;
  resync: Resync;
  publisher: DeltaPublisher;
  claims: Claims;
  acknowledgements: Acknowledgements;
  /** There is something to publish. */
  wake: () => void;
  fail: (error: Error) => void;
}

/** Handles the messages that are received on one link. */
export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #bucketOfChannel: ReadonlyMap<string, number>;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#bucketOfChannel = new Map(
      Array.from({ length: BUCKETS }, (_, bucket) => [options.keys.bucket(bucket), bucket]),
    );
  }

  receive(channel: string, message: string): void {
    const bucket = this.#bucketOfChannel.get(channel);
    // Probes come by the channels of buckets, too.
    if (bucket === undefined || message.startsWith('{"kind"')) this.#receiveControl(channel, message);
    else this.#receiveDelta(bucket, message);
  }

  #receiveDelta(bucket: number, message: string): void {
    const { buckets, claims, membership, replicas, resync, server } = this.#options;
    const delta = parseDelta(message);
    if (!delta || delta.server === server || !buckets.isSubscribed(bucket)) return;
    const epochBefore = membership.epochOf(delta.server);
    if (!membership.received(delta.server, delta.epoch)) return;
    if (resync.buffer(bucket, delta)) return;
    if (replicas.applyDelta(bucket, delta) === 'gap') resync.request(bucket, delta);
    if (epochBefore !== delta.epoch) claims.serverChanged(delta.server);
  }

  #receiveControl(channel: string, text: string): void {
    const { acknowledgements, claims, detector, epoch, fail, membership, probe, publisher, server, wake } =
      this.#options;
    const message = parseControlMessage(text);
    switch (message?.kind) {
      case 'probe':
        if (message.server === server) probe.received(channel, message.number);
        return;
      case 'hello':
        if (membership.received(message.server, message.epoch)) claims.serverChanged(message.server);
        return;
      case 'claim':
        if (message.epoch === epoch) acknowledgements.acknowledge(message);
        return;
      case 'evicted':
        if (message.epoch === epoch) fail(new Error('evicted by a peer'));
        return;
      case 'snapshot-request':
        publisher.resend(message.bucket);
        return wake();
      case 'leave':
        membership.left(message.server);
        // That server knows that it is gone: the messages to it are not sent.
        detector.takeEvictions();
        return;
      case undefined:
        return;
    }
  }
}
