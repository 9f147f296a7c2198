import type { Clock } from '../../../core/ports.ts';
import type { BusCommand, BusLink } from '../../bus/bus.ts';
import type { Claims } from '../handover/claims.ts';
import type { Membership } from '../membership/membership.ts';
import type { SelfProbe } from '../membership/self-probe.ts';
import type { DeltaPublisher } from '../replication/delta-publisher.ts';
import type { Resync } from '../replication/resync.ts';
import type { BucketSubscriptions } from '../replication/subscriptions.ts';
import { encodeControlMessage, encodeHeartbeat, type ControlMessage } from '../wire/messages.ts';
import type { KeyNames } from '../wire/keys.ts';
import { COMMAND_TIMEOUT_MS, withDeadline, type RunCommands } from '../../bus/deadline.ts';

export interface SessionOptions {
  server: string;
  epoch: number;
  clock: Clock;
  link: BusLink;
  run: RunCommands;
  keys: KeyNames;
  membership: Membership;
  probe: SelfProbe;
  resync: Resync;
  subscriptions: BucketSubscriptions;
  publisher: DeltaPublisher;
  claims: Claims;
  /** Handles a message. */
  receive: (channel: string, message: string) => void;
  fail: (error: Error) => void;
  snapshotTtlMs: number;
  /** Whether to subscribe to all buckets with members, so that the first client of a site receives its total. */
  isFirst: boolean;
}

/** How soon subscribers are counted again while there are suspects, in ms. */
const SUSPECT_INTERVAL_MS = 350;

/** One link of this server to the others, under one epoch. Any error ends it, and the next one begins anew. */
export class Session {
  readonly receive: SessionOptions['receive'];
  readonly #options: SessionOptions;
  #heartbeats = 0;
  #isWatchingSuspects = false;
  #refreshedAtMs: number;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.receive = options.receive;
    this.#refreshedAtMs = options.clock.now();
  }

  /** Subscribes, registers, reads the state of the others and publishes its own. */
  async open(): Promise<void> {
    const { claims, clock, isFirst, keys, link, membership, resync, run, server } = this.#options;
    const channels = [keys.allServers, keys.server(server)];
    await withDeadline(clock, COMMAND_TIMEOUT_MS, 'subscribing', link.subscribe(channels));
    const subscribed = await resync.subscribe();
    const hello = this.#toAll({ kind: 'hello', server, epoch: this.#options.epoch });
    const [, registry] = await run([this.#heartbeatCommand(), membership.registryCommand(), hello]);
    membership.readRegistry(registry);
    await this.#countSubscribers();
    if (isFirst) subscribed.push(...(await this.#subscribeToAll()));
    await resync.readFirst(subscribed);
    for (const other of membership.watched()) claims.serverChanged(other);
    const { commands } = this.#takeCommands();
    await run([...commands, this.#heartbeatCommand()]);
    this.#refreshedAtMs = clock.now();
  }

  /** Writes a heartbeat, reads those of the others, and repairs what was missed. */
  async heartbeat(): Promise<void> {
    const { claims, membership, probe, resync, run } = this.#options;
    const { commands: probes, check } = probe.send();
    const [added, reply, counts] = await run([
      this.#heartbeatCommand(),
      membership.registryCommand(),
      membership.subscribersCommand(),
      ...probes,
    ]);
    check();
    // The field was there at the last heartbeat: the store was emptied, or another server has removed it.
    if (added !== 0) throw new Error('own registration expired or was deleted');
    const changed = [...membership.readRegistry(reply), ...membership.readSubscribers(counts)];
    for (const server of changed) claims.serverChanged(server);
    membership.evictExpired();
    await run(membership.takeEvictionMessages());
    await resync.resync();
    this.#watchSuspects();
    await run(membership.cleanUpCommands());
    await this.#refresh();
    await resync.unsubscribeUnused();
  }

  /** Publishes what has changed. */
  async flush(): Promise<void> {
    const { commands, hasNewBucket } = this.#takeCommands();
    await this.#options.run([...commands, ...(hasNewBucket ? [this.#heartbeatCommand()] : [])]);
  }

  /** Subscribes to buckets that are needed now, and reads them. */
  async follow(): Promise<void> {
    const { membership, resync, run } = this.#options;
    const subscribed = await resync.subscribe();
    if (subscribed.length === 0) return;
    const [registry] = await run([membership.registryCommand()]);
    membership.readRegistry(registry);
    await resync.readFirst(subscribed);
  }

  /** Informs all servers that `server` has left. */
  async announceLeave(server: string): Promise<void> {
    const { keys, run } = this.#options;
    await run([['HDEL', keys.registry, server], this.#toAll({ kind: 'leave', server })]);
  }

  async announce(text: string): Promise<void> {
    const { run, server } = this.#options;
    await run([this.#toAll({ kind: 'announcement', server, text })]);
  }

  async #countSubscribers(): Promise<void> {
    const { membership, run } = this.#options;
    const [counts] = await run([membership.subscribersCommand()]);
    membership.readSubscribers(counts);
  }

  /** Counts subscribers again soon while there are suspects. */
  #watchSuspects(): void {
    const { clock, fail, membership } = this.#options;
    if (this.#isWatchingSuspects || !membership.hasSuspects()) return;
    this.#isWatchingSuspects = true;
    clock.schedule(() => void this.#checkSuspects().catch(fail), SUSPECT_INTERVAL_MS);
  }

  async #checkSuspects(): Promise<void> {
    const { membership, run } = this.#options;
    this.#isWatchingSuspects = false;
    await this.#countSubscribers();
    await run(membership.takeEvictionMessages());
    this.#watchSuspects();
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
    const { membership, resync, subscriptions } = this.#options;
    for (const [, heartbeat] of membership.members()) {
      for (const bucket of heartbeat.buckets.keys()) subscriptions.add(bucket);
    }
    return resync.subscribe();
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
