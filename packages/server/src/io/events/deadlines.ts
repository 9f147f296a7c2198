import type { Clock } from '../../core/ports.ts';

/** How late a deadline may be, in ms: deadlines that lie closer together share a timer. */
const GRANULARITY_MS = 50;

/** Items with a deadline, the same time after each was added. One timer serves all of them. */
export class Deadlines<Item> {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #onDue: (item: Item) => void;
  /** When each item is due. The first one is due first, because all delays are the same. */
  readonly #dueAt = new Map<Item, number>();
  #cancelTimer: (() => void) | undefined;

  /** @param onDue called once for each item whose deadline has passed. It may add items. */
  constructor(clock: Clock, delayMs: number, onDue: (item: Item) => void) {
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.#onDue = onDue;
  }

  /** Starts the time of `item`, again if it has a deadline already. */
  add(item: Item): void {
    this.#dueAt.delete(item);
    this.#dueAt.set(item, this.#clock.now() + this.#delayMs);
    this.#cancelTimer ??= this.#schedule(this.#delayMs);
  }

  has(item: Item): boolean {
    return this.#dueAt.has(item);
  }

  /** Returns whether `item` had a deadline. */
  delete(item: Item): boolean {
    return this.#dueAt.delete(item);
  }

  /** Deletes all items, and cancels the timer. Returns the items. */
  clear(): Item[] {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const items = [...this.#dueAt.keys()];
    this.#dueAt.clear();
    return items;
  }

  #schedule(delayMs: number): () => void {
    return this.#clock.schedule(() => this.#run(), Math.max(GRANULARITY_MS, delayMs));
  }

  #run(): void {
    this.#cancelTimer = undefined;
    const now = this.#clock.now();
    for (const [item, dueAt] of this.#dueAt) {
      if (dueAt > now) {
        this.#cancelTimer ??= this.#schedule(dueAt - now);
        return;
      }
      this.#dueAt.delete(item);
      this.#onDue(item);
    }
  }
}
