import type { Clock } from './ports.ts';

export interface MigrationOptions<T> {
  clock: Clock;
  /** From 0 up to 1. */
  random: () => number;
  connections: Iterable<T>;
  /** How long closing all connections takes, in ms. */
  overMs: number;
  /** How long a member is awaited after its connection was closed, in ms. */
  reconnectTimeoutMs: number;
  /** Whether another server can recognize the member. Only then is it awaited. */
  isResumable: (connection: T) => boolean;
  /** Closes a connection. */
  migrate: (connection: T) => void;
  reconnectDeadlinePassed: (connection: T) => void;
  /** Called once, when no connection is left to close or to await. */
  done: () => void;
}

/** About how much time lies between two batches, in ms. */
const BATCH_MS = 50;

/**
 * Migrates connections to other servers, a few at a time, so that those are not stormed. [S7]
 *
 * After its connection was closed, a member that can resume is awaited: it stays counted here until another server counts
 * it or its reconnect deadline passes, so that no total drops in between. `T` is compared by identity only.
 */
export class Migration<T> {
  readonly #options: MigrationOptions<T>;
  readonly #open: Set<T>;
  readonly #awaitingReconnect = new Set<T>();
  readonly #timers = new Set<() => void>();
  readonly #endsAt: number;
  #isBatchScheduled = false;
  #isDone = false;

  constructor(options: MigrationOptions<T>) {
    this.#options = options;
    this.#open = new Set(shuffle([...options.connections], options.random));
    this.#endsAt = options.clock.now() + options.overMs;
    this.#scheduleBatch();
  }

  /** One more connection has to go. */
  add(connection: T): void {
    this.#open.add(connection);
    this.#scheduleBatch();
  }

  /** Whether the connection was migrated and its member still counts here. */
  isAwaitingReconnect(connection: T): boolean {
    return this.#awaitingReconnect.has(connection);
  }

  /** The connection's member counts here no longer. */
  remove(connection: T): void {
    if (this.#open.delete(connection) || this.#awaitingReconnect.delete(connection)) this.#finishIfEmpty();
  }

  /** Cancels all timers. */
  close(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  #schedule(task: () => void, delayMs: number): void {
    const cancel = this.#options.clock.schedule(() => {
      this.#timers.delete(cancel);
      task();
    }, delayMs);
    this.#timers.add(cancel);
  }

  #scheduleBatch(): void {
    if (this.#isBatchScheduled) return;
    this.#isBatchScheduled = true;
    const { overMs, random } = this.#options;
    this.#schedule(() => this.#migrateBatch(), Math.min(overMs, BATCH_MS * (0.5 + random())));
  }

  #migrateBatch(): void {
    const { clock, isResumable, migrate, reconnectTimeoutMs } = this.#options;
    this.#isBatchScheduled = false;
    const batch = first(batchSize(this.#open.size, this.#endsAt - clock.now()), this.#open);
    const resumable = batch.filter(isResumable);
    for (const connection of batch) this.#open.delete(connection);
    for (const connection of resumable) this.#awaitingReconnect.add(connection);
    for (const connection of batch) migrate(connection);
    if (resumable.length > 0) this.#schedule(() => this.#expire(resumable), reconnectTimeoutMs);
    if (this.#open.size > 0) this.#scheduleBatch();
    this.#finishIfEmpty();
  }

  #expire(connections: readonly T[]): void {
    for (const connection of connections) {
      if (this.#awaitingReconnect.delete(connection)) this.#options.reconnectDeadlinePassed(connection);
    }
    this.#finishIfEmpty();
  }

  #finishIfEmpty(): void {
    if (this.#isDone || this.#open.size > 0 || this.#awaitingReconnect.size > 0) return;
    this.#isDone = true;
    this.#options.done();
  }
}

/** How many of `open` connections one batch closes, so that the rest fits into `leftMs`. */
export function batchSize(open: number, leftMs: number): number {
  return Math.ceil((open * BATCH_MS) / Math.max(BATCH_MS, leftMs));
}

function first<T>(count: number, items: Iterable<T>): T[] {
  const found: T[] = [];
  for (const item of items) if (found.push(item) >= count) break;
  return found;
}

/** Fisher and Yates: otherwise the members of one site would all go at once, after those of the site before. */
function shuffle<T>(items: T[], random: () => number): T[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [items[last], items[other]] = [items[other]!, items[last]!];
  }
  return items;
}
