import type { Connection, TotalUpdate } from '../core/ports.ts';
import type { CounterStats } from '../core/stats.ts';

/**
 * A connection that sends updates. At most one waits in it, the newest. [C6]
 *
 * A class, because the cost of a broadcast is mostly memory access: all that one send reads lies in one object.
 */
export abstract class UpdateConnection implements Connection {
  protected readonly stats: CounterStats;
  // Not the update itself, which would keep its encodings in memory for as long as the connection is idle.
  private sentSequence = -1;
  private sentTotal = -1;
  private sentStale = false;
  private waiting: TotalUpdate | undefined = undefined;
  private sending: 'ready' | 'busy' | 'ended' = 'ready';

  constructor(stats: CounterStats) {
    this.stats = stats;
  }

  abstract closeReplaced(): void;
  abstract migrate(): void;

  /** Writes one update. Returns whether another can follow at once; if not, `drained()` is called later. */
  protected abstract write(update: TotalUpdate): boolean;

  send(update: TotalUpdate): void {
    if (update.sequence <= (this.waiting?.sequence ?? this.sentSequence)) return;
    if (this.sending === 'ready') this.writeNew(update);
    else this.waiting = update;
  }

  /** No update is written any more: a WebSocket must not send a frame after its close frame. */
  protected endUpdates(): void {
    this.sending = 'ended';
  }

  /** The last update is written: the newest that waits, if any, goes next. */
  protected drained(): void {
    if (this.sending !== 'busy') return;
    this.sending = 'ready';
    const next = this.waiting;
    this.waiting = undefined;
    if (next !== undefined) this.writeNew(next);
  }

  private writeNew(update: TotalUpdate): void {
    this.sentSequence = update.sequence;
    // The same total is not sent twice; its sequence counts all the same.
    if (update.total === this.sentTotal && update.stale === this.sentStale) return;
    this.sentTotal = update.total;
    this.sentStale = update.stale;
    this.stats.messages++;
    this.sending = 'busy';
    // If write throws, as a listener of the host may, nothing was written.
    let isReady = true;
    try {
      isReady = this.write(update);
    } finally {
      if (isReady) this.sending = 'ready';
    }
  }
}
