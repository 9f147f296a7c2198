import type { Connection, TotalUpdate } from '../core/ports.ts';
import type { CounterStats } from '../core/stats.ts';

/**
 * A connection that sends updates. At most one waits in it, the newest. [C6]
 *
 * A class, because the cost of a broadcast is mostly memory access: all that one send reads lies in one object.
 */
export abstract class UpdateConnection implements Connection {
  protected readonly stats: CounterStats;
  private sent: TotalUpdate | undefined = undefined;
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
    const newest = this.waiting ?? this.sent;
    if (newest !== undefined && update.sequence <= newest.sequence) return;
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
    const { sent } = this;
    this.sent = update;
    // The same total is not sent twice; its sequence counts all the same.
    if (update.total === sent?.total && update.stale === sent.stale) return;
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
