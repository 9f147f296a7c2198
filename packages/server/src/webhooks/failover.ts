import type { Clock } from '../core/ports.ts';
import { encodeAnnouncement, parseAnnouncement } from './announcement.ts';
import type { WebhookEvent } from './webhook-event.ts';

/** How the servers that share a store agree on who sends an event. */
export interface WebhookPeers {
  /** Whether this server sends the webhooks: its name is the smallest one among the servers. */
  isLeader(): boolean;
  /** Whether a server is known to run. */
  hasPeer(server: string): boolean;
  /** Sends a text to all other servers. It may be lost. */
  announce(text: string): void;
  /** Calls `listener` with each text of another server. Returns a function that unsubscribes it. */
  onAnnouncement(listener: (server: string, text: string) => void): () => void;
}

export interface FailoverOptions {
  clock: Clock;
  peers: WebhookPeers;
  createId: () => string;
  send: (id: string, event: WebhookEvent) => void;
}

/**
 * How long a server remembers an event that the leader has not announced, in ms: longer than it takes to notice that the leader is
 * gone.
 */
export const UNANNOUNCED_MS = 15_000;
/** How often the leadership is checked, in ms. */
const CHECK_MS = 1_000;
/** How often the leader announces again what is not settled, in checks, for servers that have joined since. */
const CHECKS_PER_REPEAT = 10;
/** How many events of each kind are remembered. */
const MAX_REMEMBERED = 1_000;

interface Announced {
  readonly server: string;
  readonly event: WebhookEvent;
}

/**
 * Each event is seen by every server and sent by one, the leader. [H4]
 *
 * The leader announces an event before it sends it, and when it is settled. When the leader is gone, the next one sends what was
 * announced and not settled, under the same id, and what it has seen without an announcement.
 */
export class Failover {
  readonly #options: FailoverOptions;
  /** Own events that are not settled, by id. */
  readonly #own = new Map<string, WebhookEvent>();
  /** Events of other servers that are not settled, by id. */
  readonly #announced = new Map<string, Announced>();
  /** Events that this server has seen and no server has announced; and the other way round. By when they end. */
  #unannounced: [event: WebhookEvent, endsAtMs: number][] = [];
  #unseen: [event: WebhookEvent, endsAtMs: number][] = [];
  #checks = 0;
  #cancelCheck: () => void;
  readonly #unsubscribe: () => void;

  constructor(options: FailoverOptions) {
    this.#options = options;
    this.#unsubscribe = options.peers.onAnnouncement((server, text) => this.#receive(server, text));
    this.#cancelCheck = options.clock.schedule(() => this.#check(), CHECK_MS);
  }

  /** This server has seen an event. */
  observe(event: WebhookEvent): void {
    if (takeMatch(this.#unseen, event)) return;
    if (this.#options.peers.isLeader()) return this.#send(this.#options.createId(), event);
    remember(this.#unannounced, event, this.#options.clock.now());
  }

  /** An event of this server has been delivered, or has failed for good, at all webhooks. */
  settled(id: string): void {
    if (this.#own.delete(id)) this.#options.peers.announce(encodeAnnouncement({ kind: 'settled', id }));
  }

  close(): void {
    this.#cancelCheck();
    this.#unsubscribe();
  }

  #send(id: string, event: WebhookEvent): void {
    this.#own.set(id, event);
    this.#options.peers.announce(encodeAnnouncement({ kind: 'event', id, event }));
    this.#options.send(id, event);
  }

  #receive(server: string, text: string): void {
    const announcement = parseAnnouncement(text);
    if (!announcement) return;
    const { id } = announcement;
    if (announcement.kind === 'settled') return void this.#announced.delete(id);
    if (this.#own.has(id)) return;
    const isRepeated = this.#announced.has(id);
    this.#announced.set(id, { server, event: announcement.event });
    dropOldest(this.#announced);
    if (isRepeated || takeMatch(this.#unannounced, announcement.event)) return;
    remember(this.#unseen, announcement.event, this.#options.clock.now());
  }

  #check(): void {
    const { clock, peers } = this.#options;
    this.#cancelCheck = clock.schedule(() => this.#check(), CHECK_MS);
    const now = clock.now();
    this.#unannounced = this.#unannounced.filter(([, endsAtMs]) => endsAtMs > now);
    this.#unseen = this.#unseen.filter(([, endsAtMs]) => endsAtMs > now);
    if (++this.#checks % CHECKS_PER_REPEAT === 0) this.#repeat();
    if (peers.isLeader()) this.#takeOver();
  }

  /** Sends what the servers that are gone have left. */
  #takeOver(): void {
    for (const [id, { server, event }] of this.#announced) {
      if (this.#options.peers.hasPeer(server)) continue;
      this.#announced.delete(id);
      this.#send(id, event);
    }
    for (const [event] of this.#unannounced.splice(0)) this.#send(this.#options.createId(), event);
  }

  #repeat(): void {
    for (const [id, event] of this.#own) {
      this.#options.peers.announce(encodeAnnouncement({ kind: 'event', id, event }));
    }
  }
}

function remember(
  events: [event: WebhookEvent, endsAtMs: number][],
  event: WebhookEvent,
  nowMs: number,
): void {
  events.push([event, nowMs + UNANNOUNCED_MS]);
  if (events.length > MAX_REMEMBERED) events.shift();
}

/** Removes the oldest event that is the same one, as another server has seen it. Returns whether there was one. */
function takeMatch(events: [event: WebhookEvent, endsAtMs: number][], event: WebhookEvent): boolean {
  const index = events.findIndex(([other]) => isSame(other, event));
  if (index !== -1) events.splice(index, 1);
  return index !== -1;
}

/** Servers see an event at slightly different times, and totals. */
function isSame(a: WebhookEvent, b: WebhookEvent): boolean {
  return a.type === b.type && a.site === b.site && a.threshold === b.threshold && a.direction === b.direction;
}

function dropOldest(events: Map<string, unknown>): void {
  const [oldest] = events.keys();
  if (events.size > MAX_REMEMBERED && oldest !== undefined) events.delete(oldest);
}
