import type { Clock } from '../../../core/ports.ts';
import type { BusCommand, BusLink, BusReply } from '../../bus/bus.ts';
import type { Claims } from '../handover/claims.ts';
import type { OwnName } from '../membership/own-name.ts';
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
  ownName: OwnName;
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

/** One link of this server to the others, under one epoch. Any error ends it, and the next one begins anew. */
export class Session {
  readonly receive: SessionOptions['receive'];
  readonly #options: SessionOptions;
  #heartbeats = 0;
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
    const { membership, ownName, probe, resync, run, server } = this.#options;
    const { commands: probes, check } = probe.send();
    const { command, before } = this.#nextHeartbeat();
    const [reply, added, counts] = await run([
      membership.registryCommand(),
      command,
      membership.subscribersCommand(),
      ...probes,
    ]);
    check();
    ownName.readRegistration((reply as ReadonlyMap<string, string>).get(server), before);
    // The field was there at the last heartbeat: the store was emptied, or another server has removed it.
    if (added !== 0) throw new Error('own registration expired or was deleted');
    this.#readMembers(reply, counts);
    membership.evictExpired();
    await run(membership.takeEvictionMessages());
    await resync.resync();
    await run(membership.cleanUpCommands());
    await this.#refresh();
    await resync.unsubscribeUnused();
  }

  /** Reads the registry because a message has shown that there is something new in it. */
  async readRegistry(): Promise<void> {
    const { membership, resync, run } = this.#options;
    const [registry] = await run([membership.registryCommand()]);
    this.#readMembers(registry);
    // Now the channels of new servers are known.
    await this.#countSubscribers();
    await resync.resync();
  }

  /** Counts the subscribers again, and evicts servers that have had none for too long. */
  async checkSuspects(): Promise<void> {
    const { membership, run } = this.#options;
    await this.#countSubscribers();
    await run(membership.takeEvictionMessages());
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
    const { keys, membership, run } = this.#options;
    const epoch = server === this.#options.server ? this.#options.epoch : membership.epochOf(server);
    if (epoch === undefined) return;
    await run([['HDEL', keys.registry, server], this.#toAll({ kind: 'leave', server, epoch })]);
  }

  async announce(text: string): Promise<void> {
    const { run, server } = this.#options;
    await run([this.#toAll({ kind: 'announcement', server, text })]);
  }

  #readMembers(registry?: BusReply, subscribers?: BusReply): void {
    const { claims, membership } = this.#options;
    const changed = [
      ...(registry === undefined ? [] : membership.readRegistry(registry)),
      ...(subscribers === undefined ? [] : membership.readSubscribers(subscribers)),
    ];
    for (const server of changed) claims.serverChanged(server);
  }

  async #countSubscribers(): Promise<void> {
    const { membership, run } = this.#options;
    const [counts] = await run([membership.subscribersCommand()]);
    this.#readMembers(undefined, counts);
  }

  #heartbeatCommand(): BusCommand {
    return this.#nextHeartbeat().command;
  }

  /** The command that writes the next heartbeat, and the heartbeat that it replaces. */
  #nextHeartbeat(): { command: BusCommand; before: string | undefined } {
    const { epoch, keys, ownName, publisher, server } = this.#options;
    const heartbeat = encodeHeartbeat({
      epoch,
      number: ++this.#heartbeats,
      buckets: publisher.sequences(),
    });
    return { command: ['HSET', keys.registry, server, heartbeat], before: ownName.willWrite(heartbeat) };
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
