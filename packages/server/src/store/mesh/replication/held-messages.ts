import type { Delta } from '../wire/messages.ts';

/** How long a message is held, in ms: the registry is read long before. */
const HELD_MS = 10_000;
/** The maximum of messages that are held, and of sites in them. */
const MAX_MESSAGES = 1_000;
const MAX_SITES = 100_000;

interface HeldDelta {
  readonly bucket: number;
  readonly delta: Delta;
}

interface Held {
  readonly server: string;
  readonly epoch: number;
  /** `undefined` for a `hello`. */
  readonly held: HeldDelta | undefined;
  readonly atMs: number;
}

/**
 * Messages of servers, or of epochs, that this server does not know yet. They count once the registry has shown that server
 * and epoch; what anyone has invented is dropped after a while.
 */
export class HeldMessages {
  readonly #now: () => number;
  #messages: Held[] = [];
  #sites = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  addHello(server: string, epoch: number): void {
    this.#add(server, epoch, undefined);
  }

  addDelta(bucket: number, delta: Delta): void {
    this.#add(delta.server, delta.epoch, { bucket, delta });
  }

  /** Whether there is a message of a server under this epoch. */
  has(server: string, epoch: number): boolean {
    return this.#messages.some((message) => message.server === server && message.epoch === epoch);
  }

  /** Removes the messages of a server under this epoch, and returns the deltas among them, oldest first. */
  take(server: string, epoch: number): readonly HeldDelta[] {
    const isTaken = (message: Held): boolean => message.server === server && message.epoch === epoch;
    const taken = this.#messages.filter(isTaken);
    if (taken.length > 0) this.#keep((message) => !isTaken(message));
    return taken.flatMap(({ held }) => held ?? []);
  }

  #add(server: string, epoch: number, held: HeldDelta | undefined): void {
    this.#sweep();
    const sites = held?.delta.sites.length ?? 0;
    if (this.#messages.length >= MAX_MESSAGES || this.#sites + sites > MAX_SITES) return;
    if (!held && this.has(server, epoch)) return;
    this.#sites += sites;
    this.#messages.push({ server, epoch, held, atMs: this.#now() });
  }

  #sweep(): void {
    const oldestMs = this.#now() - HELD_MS;
    const [first] = this.#messages;
    if (first && first.atMs <= oldestMs) this.#keep(({ atMs }) => atMs > oldestMs);
  }

  #keep(isKept: (message: Held) => boolean): void {
    this.#messages = this.#messages.filter(isKept);
    this.#sites = this.#messages.reduce((sum, { held }) => sum + (held?.delta.sites.length ?? 0), 0);
  }
}
