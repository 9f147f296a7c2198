import type { Clock, Store } from '../core/ports.ts';
import { addStats, createStats, type CounterStats } from '../core/stats.ts';
import type { ApiServers, DrainResult, ServerInfo } from '../io/http/api/api-ports.ts';
import { proxyWarningText } from '../io/http/proxy-warnings.ts';
import type { ServerDescription } from './server-description.ts';
import { encodeServerMessage, parseServerMessage, type ServerMessage } from './server-messages.ts';

/** The servers that share a store, as far as they describe themselves to each other. */
export type ServerPeers = Required<Pick<Store, 'peers' | 'hasPeer' | 'announce' | 'onAnnouncement'>>;

export interface ServerDirectoryOptions {
  clock: Clock;
  /** This server's name among those that share the store. */
  name: () => string;
  describe: () => ServerDescription;
  /** Drains this server. May be called again. */
  drain: () => void;
  /** Makes 16 hex digits that no other server makes. */
  createId: () => string;
}

/** A description is used again for as long, in ms: a dashboard asks every two seconds. */
export const MAX_AGE_MS = 1_500;
/** How long servers may take to answer, in ms. */
export const ANSWER_MS = 1_000;
/** The shortest time between two descriptions that a server announces, in ms: several may ask at the same time. */
export const MIN_INTERVAL_MS = 250;
/** How often a server is asked to drain before it counts as silent. */
const DRAIN_ATTEMPTS = 3;
/** How many servers are remembered. */
const MAX_SERVERS = 1_000;

interface Described {
  readonly description: ServerDescription;
  /** In ms, of the clock. */
  readonly receivedAt: number;
}

/**
 * Lists, sums and drains the servers that share a store. A server describes itself to the others when one of them asks, and
 * one asks when its API is asked: a system that is not looked at sends nothing. [A12]
 */
export class ServerDirectory implements ApiServers {
  readonly #options: ServerDirectoryOptions;
  readonly #described = new Map<string, Described>();
  /** Called when a server has confirmed that it drains, by the id of the message. */
  readonly #confirmed = new Map<string, () => void>();
  #peers: ServerPeers | undefined;
  #askedAt = -Infinity;
  /** A description that was received later is new enough. */
  #freshSince = -Infinity;
  #asking: Promise<void> | undefined;
  #onDescription = (): void => {};
  #announcedAt = -Infinity;
  #cancelAnnouncement: (() => void) | undefined;
  #unsubscribe = (): void => {};

  constructor(options: ServerDirectoryOptions) {
    this.#options = options;
  }

  /**
   * To be called once, when the store is open.
   *
   * @param peers `undefined` if the store is shared with no other server.
   */
  start(peers: ServerPeers | undefined): void {
    this.#peers = peers;
    this.#unsubscribe = peers?.onAnnouncement((server, text) => this.#receive(server, text)) ?? (() => {});
  }

  /** Answers no other server any more. May be called twice, and without `start`. */
  close(): void {
    this.#unsubscribe();
    this.#cancelAnnouncement?.();
    this.#peers = undefined;
  }

  async list(): Promise<ServerInfo[]> {
    await this.#refresh();
    const { describe, name } = this.#options;
    const others = this.#others().map(([server, described]) =>
      toInfo(server, described.description, !this.#isFresh(described)),
    );
    return [{ ...toInfo(name(), describe(), false), isSelf: true }, ...others].sort((a, b) =>
      a.name < b.name ? -1 : 1,
    );
  }

  async stats(): Promise<CounterStats> {
    await this.#refresh();
    const sum = createStats();
    addStats(sum, this.#options.describe().stats);
    for (const [, { description }] of this.#others()) addStats(sum, description.stats);
    return sum;
  }

  async drain(name: string): Promise<DrainResult> {
    if (name === this.#options.name()) {
      this.#options.drain();
      return 'draining';
    }
    await this.#refresh();
    if (!this.#others().some(([server]) => server === name)) return 'unknown';
    for (let attempt = 0; attempt < DRAIN_ATTEMPTS; attempt++) {
      if (await this.#orderDrain(name)) return 'draining';
    }
    return 'silent';
  }

  /** The other servers that run and have described themselves. */
  #others(): [server: string, Described][] {
    return [...this.#described].filter(([server]) => this.#peers?.hasPeer(server));
  }

  #isFresh({ receivedAt }: Described): boolean {
    return receivedAt > this.#freshSince;
  }

  /** Whether all servers that the store knows have described themselves. */
  #isComplete(): boolean {
    const fresh = this.#others().filter(([, described]) => this.#isFresh(described));
    const processes = fresh.reduce((sum, [, { description }]) => sum + description.processes, 0);
    return processes + this.#options.describe().processes > (this.#peers?.peers() ?? 0);
  }

  /** Asks the others, unless their answers are new. Resolves when all have answered, or when their time is over. */
  #refresh(): Promise<void> {
    const now = this.#options.clock.now();
    if (this.#asking) return this.#asking;
    this.#freshSince = now - MAX_AGE_MS;
    // Who has not answered is not asked again at once.
    if (now - this.#askedAt < MAX_AGE_MS || this.#isComplete()) return Promise.resolve();
    this.#askedAt = now;
    this.#asking = this.#ask().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  #ask(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.schedule(resolve, ANSWER_MS);
      this.#onDescription = () => {
        if (!this.#isComplete()) return;
        cancel();
        resolve();
      };
      this.#send({ kind: 'describe' });
    });
  }

  #orderDrain(server: string): Promise<boolean> {
    const id = this.#options.createId();
    return new Promise<boolean>((resolve) => {
      const cancel = this.#options.clock.schedule(() => resolve(false), ANSWER_MS);
      this.#confirmed.set(id, () => {
        cancel();
        resolve(true);
      });
      this.#send({ kind: 'drain', id, server });
    }).finally(() => this.#confirmed.delete(id));
  }

  #receive(server: string, text: string): void {
    const message = parseServerMessage(text);
    if (!message) return;
    switch (message.kind) {
      case 'describe':
        return this.#announceSoon();
      case 'description':
        return this.#remember(server, message.description);
      case 'drain':
        if (message.server !== this.#options.name()) return;
        this.#send({ kind: 'draining', id: message.id });
        return this.#options.drain();
      case 'draining':
        return this.#confirmed.get(message.id)?.();
    }
  }

  #remember(server: string, description: ServerDescription): void {
    this.#described.delete(server);
    this.#described.set(server, { description, receivedAt: this.#options.clock.now() });
    for (const known of this.#described.keys()) {
      if (known !== server && !this.#peers?.hasPeer(known)) this.#described.delete(known);
    }
    const [oldest] = this.#described.keys();
    if (this.#described.size > MAX_SERVERS) this.#described.delete(oldest!);
    this.#onDescription();
  }

  /** At once, or at the end of the interval since the last time. */
  #announceSoon(): void {
    const { clock } = this.#options;
    if (this.#cancelAnnouncement) return;
    const waitMs = this.#announcedAt + MIN_INTERVAL_MS - clock.now();
    if (waitMs <= 0) return this.#announce();
    this.#cancelAnnouncement = clock.schedule(() => {
      this.#cancelAnnouncement = undefined;
      this.#announce();
    }, waitMs);
  }

  #announce(): void {
    this.#announcedAt = this.#options.clock.now();
    this.#send({ kind: 'description', description: this.#options.describe() });
  }

  #send(message: ServerMessage): void {
    this.#peers?.announce(encodeServerMessage(message));
  }
}

/** What servers over a store need to describe themselves, if the store has it. */
export function serverPeersOf(store: Store | undefined): ServerPeers | undefined {
  if (!store?.peers || !store.hasPeer || !store.announce || !store.onAnnouncement) return undefined;
  return {
    peers: () => store.peers!(),
    hasPeer: (server) => store.hasPeer!(server),
    announce: (text) => store.announce!(text),
    onAnnouncement: (listener) => store.onAnnouncement!(listener),
  };
}

function toInfo(name: string, description: ServerDescription, isSilent: boolean): ServerInfo {
  const { version, startedAt, stats, eventLoopDelayMs, processes, proxy, store, stale } = description;
  return {
    name,
    version,
    since: new Date(startedAt).toISOString(),
    connections: stats.connections,
    eventLoopDelayMs,
    store,
    processes,
    stale: stale || isSilent,
    silent: isSilent,
    warnings: proxy.map(proxyWarningText),
    isSelf: false,
  };
}
