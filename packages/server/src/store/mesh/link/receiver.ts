import type { Acknowledgements } from '../handover/acknowledgements.ts';
import type { OwnName } from '../membership/own-name.ts';
import type { Membership } from '../membership/membership.ts';
import type { SelfProbe } from '../membership/self-probe.ts';
import type { DeltaPublisher } from '../replication/delta-publisher.ts';
import type { HeldMessages } from '../replication/held-messages.ts';
import type { ReplicaStore } from '../replication/replicas.ts';
import type { Resync } from '../replication/resync.ts';
import { BUCKETS, type KeyNames } from '../wire/keys.ts';
import { parseControlMessage, parseDelta } from '../wire/messages.ts';

export interface ReceiverOptions {
  server: string;
  epoch: number;
  ownName: OwnName;
  keys: KeyNames;
  membership: Membership;
  probe: SelfProbe;
  replicas: ReplicaStore;
  resync: Resync;
  heldMessages: HeldMessages;
  publisher: DeltaPublisher;
  acknowledgements: Acknowledgements;
  /** Another server has announced a text. */
  announced: (server: string, text: string) => void;
  publishSoon: () => void;
  /** A message shows that the registry has news. */
  readRegistrySoon: () => void;
}

/** Creates the handler of the messages that are received on one link. */
export function createReceiver(options: ReceiverOptions): (channel: string, message: string) => void {
  const { acknowledgements, membership, ownName, replicas, resync, server } = options;
  const bucketOfChannel = new Map<string, number>();
  for (let bucket = 0; bucket < BUCKETS; bucket++) bucketOfChannel.set(options.keys.bucket(bucket), bucket);

  function receiveDelta(bucket: number, text: string): void {
    const delta = parseDelta(text);
    if (!delta || !resync.isSubscribed(bucket)) return;
    if (delta.server === server) return ownName.receivedDelta(bucket, delta, text);
    if (membership.isUnknown(delta.server, delta.epoch)) {
      options.heldMessages.addDelta(bucket, delta);
      return options.readRegistrySoon();
    }
    if (membership.get(delta.server)?.epoch !== delta.epoch || resync.buffer(bucket, delta)) return;
    if (replicas.applyDelta(bucket, delta) === 'gap') resync.request(bucket, delta);
  }

  function receiveControl(channel: string, text: string): void {
    const message = parseControlMessage(text);
    switch (message?.kind) {
      case 'probe':
        if (message.server === server) options.probe.received(channel, message.number);
        return;
      case 'hello':
        if (message.server === server) return ownName.receivedHello(message.epoch);
        if (!membership.isUnknown(message.server, message.epoch)) return;
        options.heldMessages.addHello(message.server, message.epoch);
        return options.readRegistrySoon();
      case 'claim':
        if (message.epoch === options.epoch) acknowledgements.acknowledge(message);
        return;
      case 'evicted':
        return ownName.receivedEnd(message.epoch, 'evicted by a peer');
      case 'snapshot-request':
        options.publisher.resend(message.bucket);
        return options.publishSoon();
      case 'leave':
        if (message.server === server)
          return ownName.receivedEnd(message.epoch, 'another program says that this server has left');
        return membership.left(message.server, message.epoch);
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
