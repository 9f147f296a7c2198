/** An entry of a timer wheel. It is linked itself, so that a timer needs no memory of its own. */
export interface WheelEntry {
  /** The tick at which it expires. */
  dueTick: number;
  /** The neighbours in its slot; `undefined` while it is not scheduled. */
  next: WheelEntry | undefined;
  previous: WheelEntry | undefined;
}

/** Timers of many entries with one clock: scheduling, moving and removing one costs a few writes to memory. */
export class TimerWheel<Entry extends WheelEntry> {
  /** Heads of circular lists. An entry is in the slot of its due tick, modulo the number of slots. */
  readonly #slots: WheelEntry[];
  readonly #expire: (entry: Entry) => void;
  #tick = 0;
  #size = 0;

  /**
   * @param slots more than the longest delay, in ticks.
   * @param expire called for each entry that is due. It may schedule the entry again, and remove any.
   */
  constructor(slots: number, expire: (entry: Entry) => void) {
    this.#slots = Array.from({ length: slots }, emptyList);
    this.#expire = expire;
  }

  /** The current tick. */
  get tick(): number {
    return this.#tick;
  }

  get size(): number {
    return this.#size;
  }

  /** Schedules an entry, or moves it. One that is due already expires at the next tick. */
  schedule(entry: Entry, dueTick: number): void {
    this.remove(entry);
    const latest = this.#tick + this.#slots.length;
    entry.dueTick = Math.min(Math.max(dueTick, this.#tick + 1), latest);
    append(this.#slots[entry.dueTick % this.#slots.length]!, entry);
    this.#size++;
  }

  /** Removes an entry. Does nothing if it is not scheduled. */
  remove(entry: Entry): void {
    if (entry.next === undefined) return;
    unlink(entry);
    this.#size--;
  }

  /** Goes on to `tick`, and expires what is due by then. */
  advance(tick: number): void {
    // After a long pause each slot is looked at once.
    const first = Math.max(this.#tick + 1, tick - this.#slots.length + 1);
    for (this.#tick = Math.max(this.#tick, first - 1); this.#tick < tick;) {
      this.#tick++;
      this.#expireSlot(this.#slots[this.#tick % this.#slots.length]!);
    }
  }

  #expireSlot(slot: WheelEntry): void {
    // Entries that `expire` schedules are in other slots, or due a whole turn later behind this one's last.
    const last = slot.previous!;
    if (last === slot) return;
    for (let isLast = false; !isLast && slot.next !== slot;) {
      const entry = slot.next as Entry;
      isLast = entry === last;
      this.remove(entry);
      this.#expire(entry);
    }
  }
}

function emptyList(): WheelEntry {
  const head: WheelEntry = { dueTick: 0, next: undefined, previous: undefined };
  head.next = head;
  head.previous = head;
  return head;
}

function append(head: WheelEntry, entry: WheelEntry): void {
  const last = head.previous!;
  last.next = entry;
  entry.previous = last;
  entry.next = head;
  head.previous = entry;
}

function unlink(entry: WheelEntry): void {
  entry.previous!.next = entry.next;
  entry.next!.previous = entry.previous;
  entry.next = undefined;
  entry.previous = undefined;
}
