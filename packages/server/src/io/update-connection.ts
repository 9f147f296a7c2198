import type { Connection, OpenPage, TotalUpdate } from '../core/ports.ts';
import type { CounterStats } from '../core/stats.ts';

/** What a connection has sent of its page. Only the connections of clients that have sent a page have it. */
interface PageUpdates {
  /** The key of the page, the count and the rest of what was sent last. */
  site: string | undefined;
  total: number;
  stale: boolean;
  sequence: number;
  waiting: TotalUpdate | undefined;
  /** Whether it goes before a waiting total, which has gone before it the last time. */
  isNext: boolean;
}

/**
 * A connection that sends updates. At most one of its site waits in it, and one of its page: the newest. [C6]
 *
 * A class, because the cost of a broadcast is mostly memory access: all that one send reads lies in one object.
 */
export abstract class UpdateConnection implements Connection {
  openPage: OpenPage | undefined = undefined;
  tabs = 1;
  protected readonly stats: CounterStats;
  // Not the update itself, which would keep its encodings in memory for as long as the connection is idle.
  private sentSequence = -1;
  private sentTotal = -1;
  private sentStale = false;
  private waiting: TotalUpdate | undefined = undefined;
  private page: PageUpdates | undefined = undefined;
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
    if (this.sending === 'ready') this.writeTotal(update);
    else this.waiting = update;
  }

  sendPage(update: TotalUpdate): void {
    const page = (this.page ??= createPageUpdates());
    if (update.sequence <= (page.waiting?.sequence ?? page.sequence)) return;
    if (this.sending === 'ready') this.writePage(page, update);
    else page.waiting = update;
  }

  /** No update is written any more: a WebSocket must not send a frame after its close frame. */
  protected endUpdates(): void {
    this.sending = 'ended';
  }

  /** The last update is written: the newest that wait, if any, go next. */
  protected drained(): void {
    if (this.sending !== 'busy') return;
    this.sending = 'ready';
    const { page } = this;
    // At most one of each kind waits, and the first may make the connection busy again.
    if (page?.isNext) this.writeWaitingPage(page);
    const next = this.waiting;
    if (next !== undefined && this.sending === 'ready') {
      this.waiting = undefined;
      this.writeTotal(next);
      if (page) page.isNext = true;
    }
    if (page) this.writeWaitingPage(page);
  }

  private writeWaitingPage(page: PageUpdates): void {
    const next = page.waiting;
    if (next === undefined || this.sending !== 'ready') return;
    page.waiting = undefined;
    page.isNext = false;
    this.writePage(page, next);
  }

  private writeTotal(update: TotalUpdate): void {
    this.sentSequence = update.sequence;
    // The same total is not sent twice; its sequence counts all the same.
    if (update.total === this.sentTotal && update.stale === this.sentStale) return;
    this.sentTotal = update.total;
    this.sentStale = update.stale;
    this.writeNew(update);
  }

  private writePage(page: PageUpdates, update: TotalUpdate): void {
    const { site, total, stale, sequence } = update;
    page.sequence = sequence;
    if (page.site === site && page.total === total && page.stale === stale) return;
    page.site = site;
    page.total = total;
    page.stale = stale;
    this.writeNew(update);
  }

  private writeNew(update: TotalUpdate): void {
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

function createPageUpdates(): PageUpdates {
  return { site: undefined, total: 0, stale: false, sequence: -1, waiting: undefined, isNext: false };
}
