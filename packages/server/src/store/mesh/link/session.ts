import type { Clock } from '../../../core/ports.ts';
import type { BusCommand, BusLink } from '../../bus/bus.ts';
import type { Claims } from '../handover/claims.ts';
import type { FailureDetector } from '../membership/failure-detector.ts';
import type { Membership } from '../membership/membership.ts';
import type { SelfProbe } from '../membership/self-probe.ts';
import type { BucketReader } from '../replication/bucket-reader.ts';
import type { DeltaPublisher } from '../replication/delta-publisher.ts';
import type { BucketSubscriptions } from '../replication/subscriptions.ts';
import { encodeControlMessage, encodeHeartbeat, type ControlMessage } from '../wire/messages.ts';
import type { KeyNames } from '../wire/keys.ts';
import { COMMAND_TIMEOUT_MS, withDeadline, type RunCommands } from '../../bus/deadline.ts';
import type { Receiver } from './receiver.ts';

export interface SessionOptions {
  server: string;
  epoch: number;
  clock: Clock;
  link: BusLink;
  run: RunCommands;
  keys: KeyNames;
  membership: Membership;
  detector: FailureDetector;
  probe: SelfProbe;
  buckets: BucketReader;
  subscriptions: BucketSubscriptions;
  publisher: DeltaPublisher;
  claims: Claims;
  receiver: Receiver;
  /** How long a snapshot lives without being refreshed, in ms. */
  snapshotTtlMs: number;
  /** Whether to subscribe to all buckets with members, so that the first client of a site receives its total. */
  isFirst: boolean;
}

/** One link of this server to the others, under one epoch. Any error ends it, and the next one begins anew. */
export class Session {
  readonly #options: SessionOptions;
  #heartbeats = 0;
  #refreshedAtMs: number;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#refreshedAtMs = options.clock.now();
  }

  /** Subscribes, registers, reads the state of the others and publishes its own. */
  async open(): Promise<void> {
    const { buckets, claims, clock, detector, isFirst, keys, link, membership, run, server } = this.#options;
    const channels = [keys.allServers, keys.server(server)];
    await withDeadline(clock, COMMAND_TIMEOUT_MS, 'subscribing', link.subscribe(channels));
    const subscribed = await buckets.subscribe();
    const hello = this.#toAll({ kind: 'hello', server, epoch: this.#options.epoch });
    const [, registry] = await run([this.#heartbeatCommand(), detector.readRegistryCommand(), hello]);
    detector.readRegistry(registry);
    const [counts] = await run([detector.countSubscribersCommand()]);
    detector.readSubscribers(counts);
    if (isFirst) subscribed.push(...(await this.#subscribeToAll()));
    await buckets.readFirst(subscribed);
    for (const other of membership.watched()) claims.serverChanged(other);
    const { commands } = this.#takeCommands();
    await run([...commands, this.#heartbeatCommand()]);
    this.#refreshedAtMs = clock.now();
  }

  /** Writes a heartbeat, reads those of the others, and repairs what was missed. */
  async heartbeat(): Promise<void> {
    const { buckets, claims, detector, probe, run } = this.#options;
    const { commands: probes, check } = probe.send();
    const [added, reply, counts] = await run([
      this.#heartbeatCommand(),
      detector.readRegistryCommand(),
      detector.countSubscribersCommand(),
      ...probes,
    ]);
    check();
    // The field was there at the last heartbeat: the store was emptied, or another server has removed it.
    if (added !== 0) throw new Error('own registration expired or was deleted');
    const { registry, changed } = detector.readRegistry(reply);
    for (const server of [...changed, ...detector.readSubscribers(counts)]) claims.serverChanged(server);
    await detector.check();
    await buckets.resync();
    detector.watchSuspects();
    await run(detector.cleanUpCommands(registry));
    await this.#refresh();
    await buckets.unsubscribeUnused();
  }

  /** Publishes what has changed. */
  async flush(): Promise<void> {
    const { commands, hasNewBucket } = this.#takeCommands();
    await this.#options.run([...commands, ...(hasNewBucket ? [this.#heartbeatCommand()] : [])]);
  }

  /** Subscribes to buckets that are needed now, and reads them. */
  async follow(): Promise<void> {
    const { buckets, detector, run } = this.#options;
    const subscribed = await buckets.subscribe();
    if (subscribed.length === 0) return;
    const [registry] = await run([detector.readRegistryCommand()]);
    detector.readRegistry(registry);
    await buckets.readFirst(subscribed);
  }

  receive(channel: string, message: string): void {
    this.#options.receiver.receive(channel, message);
  }

  /** Informs all servers that `server` has left. */
  async announceLeave(server: string): Promise<void> {
    const { keys, run } = this.#options;
    await run([['HDEL', keys.registry, server], this.#toAll({ kind: 'leave', server })]);
  }

  #heartbeatCommand(): BusCommand {
    const { epoch, keys, publisher, server } = this.#options;
    const heartbeat = { epoch, number: ++this.#heartbeats, buckets: publisher.sequences() };
    return ['HSET', keys.registry, server, encodeHeartbeat(heartbeat)];
  }

  #toAll(message: ControlMessage): BusCommand {
    return ['PUBLISH', this.#options.keys.allServers, encodeControlMessage(message)];
  }

  /** What is due for all servers, and the claims that are due for single ones. */
  #takeCommands(): { commands: BusCommand[]; hasNewBucket: boolean } {
    const { claims, keys, publisher } = this.#options;
    const { commands, hasNewBucket } = publisher.take();
    for (const { server, message } of claims.takeMessages()) {
      commands.push(['PUBLISH', keys.server(server), encodeControlMessage(message)]);
    }
    return { commands, hasNewBucket };
  }

  #subscribeToAll(): Promise<number[]> {
    const { buckets, membership, subscriptions } = this.#options;
    for (const [, heartbeat] of membership.members()) {
      for (const bucket of heartbeat.buckets.keys()) subscriptions.add(bucket);
    }
    return buckets.subscribe();
  }

  /** Keeps this server's keys from expiring, and fails if one is missing. */
  async #refresh(): Promise<void> {
    const { clock, keys, publisher, run, server, snapshotTtlMs } = this.#options;
    if (clock.now() - this.#refreshedAtMs < snapshotTtlMs / 3) return;
    this.#refreshedAtMs = clock.now();
    const own = [...publisher.sequences().keys()].map((bucket) => keys.snapshot(bucket, server));
    const ttl = String(snapshotTtlMs);
    const replies = await run([keys.registry, ...own].map((key) => ['PEXPIRE', key, ttl] as const));
    if (replies.includes(0)) throw new Error('own keys expired or were deleted');
  }
}
