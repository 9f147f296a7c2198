import type { Clock } from '../../../core/ports.ts';
import type { BusCommand, BusReply } from '../../bus/bus.ts';
import type { RunCommands } from '../../bus/deadline.ts';
import { encodeControlMessage, parseHeartbeat, type Heartbeat } from '../wire/messages.ts';
import type { KeyNames } from '../wire/keys.ts';
import type { Membership } from './membership.ts';

export interface FailureDetectorOptions {
  /** This server's name. */
  server: string;
  clock: Clock;
  keys: KeyNames;
  membership: Membership;
  run: RunCommands;
  /** A server was evicted. */
  evicted: (server: string) => void;
  fail: (error: Error) => void;
}

/** How soon suspects are looked at again, in ms. */
const SUSPECT_INTERVAL_MS = 350;

/** Reads heartbeats and counts subscribers on one link, and evicts servers that are gone. [S5] */
export class FailureDetector {
  readonly #options: FailureDetectorOptions;
  #isWatchingSuspects = false;

  constructor(options: FailureDetectorOptions) {
    this.#options = options;
  }

  readRegistryCommand(): BusCommand {
    return ['HGETALL', this.#options.keys.registry];
  }

  countSubscribersCommand(): BusCommand {
    const { keys, membership, server } = this.#options;
    return ['NUMSUB', keys.server(server), ...membership.watched().map(keys.server)];
  }

  /** @returns the registry, and the servers whose heartbeat is new. */
  readRegistry(reply: BusReply | undefined): { registry: ReadonlyMap<string, Heartbeat>; changed: string[] } {
    const registry = new Map<string, Heartbeat>();
    for (const [name, text] of reply as ReadonlyMap<string, string>) {
      const heartbeat = parseHeartbeat(text);
      if (heartbeat) registry.set(name, heartbeat);
    }
    return { registry, changed: this.#options.membership.readRegistry(registry) };
  }

  /** @returns the servers that are counted from now on. */
  readSubscribers(reply: BusReply | undefined): string[] {
    const { keys, membership } = this.#options;
    const counts = new Map<string, number>();
    for (const server of membership.watched()) {
      const count = (reply as ReadonlyMap<string, number>).get(keys.server(server));
      if (count !== undefined) counts.set(server, count);
    }
    return membership.readSubscribers(counts);
  }

  /** Evicts servers whose lease has expired, right after the registry was read. */
  async check(): Promise<void> {
    this.#options.membership.evictExpired();
    await this.#options.run(this.takeEvictions());
  }

  watchSuspects(): void {
    const { clock, fail, membership } = this.#options;
    if (this.#isWatchingSuspects || !membership.hasSuspects()) return;
    this.#isWatchingSuspects = true;
    clock.schedule(() => {
      this.#isWatchingSuspects = false;
      this.#checkSuspects().catch(fail);
    }, SUSPECT_INTERVAL_MS);
  }

  /** The messages that inform evicted servers, which may be alive after all. */
  takeEvictions(): BusCommand[] {
    const { evicted, keys, membership } = this.#options;
    return membership.takeEvicted().map(({ server, epoch }) => {
      evicted(server);
      return ['PUBLISH', keys.server(server), encodeControlMessage({ kind: 'evicted', epoch })];
    });
  }

  /** The commands that remove registrations of servers that are gone. */
  cleanUpCommands(registry: ReadonlyMap<string, Heartbeat>): BusCommand[] {
    const { keys, membership } = this.#options;
    const stale = membership.staleRegistrations(registry);
    return stale.length > 0 ? [['HDEL', keys.registry, ...stale]] : [];
  }

  async #checkSuspects(): Promise<void> {
    const { run } = this.#options;
    const [counts] = await run([this.countSubscribersCommand()]);
    this.readSubscribers(counts);
    await run(this.takeEvictions());
    this.watchSuspects();
  }
}
