import type { Acknowledgements } from '../handover/acknowledgements.ts';
import type { Claims } from '../handover/claims.ts';
import type { Membership } from '../membership/membership.ts';
import type { SelfProbe } from '../membership/self-probe.ts';
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
  probe: SelfProbe;
  replicas: ReplicaStore;
  resync: Resync;
  publisher: DeltaPublisher;
  claims: Claims;
  acknowledgements: Acknowledgements;
  /** Another server has announced a text. */
  announced: (server: string, text: string) => void;
  publishSoon: () => void;
  fail: (error: Error) => void;
}

/** Creates the handler of the messages that are received on one link. */
export function createReceiver(options: ReceiverOptions): (channel: string, message: string) => void {
  const { acknowledgements, claims, membership, replicas, resync, server } = options;
  const bucketOfChannel = new Map<string, number>();
  for (let bucket = 0; bucket < BUCKETS; bucket++) bucketOfChannel.set(options.keys.bucket(bucket), bucket);

  function receiveDelta(bucket: number, text: string): void {
    const delta = parseDelta(text);
    if (!delta || delta.server === server || !resync.isSubscribed(bucket)) return;
    const epochBefore = membership.epochOf(delta.server);
    if (!membership.received(delta.server, delta.epoch)) return;
    if (resync.buffer(bucket, delta)) return;
    if (replicas.applyDelta(bucket, delta) === 'gap') resync.request(bucket, delta);
    if (epochBefore !== delta.epoch) claims.serverChanged(delta.server);
  }

  function receiveControl(channel: string, text: string): void {
    const message = parseControlMessage(text);
    switch (message?.kind) {
      case 'probe':
        if (message.server === server) options.probe.received(channel, message.number);
        return;
      case 'hello':
        if (membership.received(message.server, message.epoch)) claims.serverChanged(message.server);
        return;
      case 'claim':
        if (message.epoch === options.epoch) acknowledgements.acknowledge(message);
        return;
      case 'evicted':
        if (message.epoch === options.epoch) options.fail(new Error('evicted by a peer'));
        return;
      case 'snapshot-request':
        options.publisher.resend(message.bucket);
        return options.publishSoon();
      case 'leave':
        return membership.left(message.server);
      case 'announcement':
        if (message.server !== server) options.announced(message.server, message.text);
        return;
      case undefined:
        return;
    }
  }

  return (channel, text) => {
    const bucket = bucketOfChannel.get(channel);
    // Probes come by the channels of buckets, too.
    if (bucket === undefined || text.startsWith('{"kind"')) receiveControl(channel, text);
    else receiveDelta(bucket, text);
  };
}
