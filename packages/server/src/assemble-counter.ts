import { EventEmitter } from 'node:events';
import { systemClock } from '@live-online/internal/system-clock';
import { createAdmission } from './core/admission.ts';
import { createCounter, type Counter } from './core/counter.ts';
import type { Clock } from './core/ports.ts';
import { createHandshakeGuard, type Door } from './io/admission/handshake-guard.ts';
import type { ResolvedCountingOptions } from './options/options.ts';
import { createStats, type CounterStats } from './core/stats.ts';

/** What a counter tells those who watch it from the server's side. */
export interface CounterEventMap {
  /** A site's total was announced to its pages. */
  total: [{ site: string; total: number; stale: boolean }];
  /** Somebody came to a site on which nobody was. */
  occupied: [{ site: string }];
  /** The last one left a site, and stayed away for as long as a fall waits. */
  vacated: [{ site: string }];
  /** Totals may be old from now on, because other servers are out of reach, or are exact again. */
  stale: [{ stale: boolean; reason: string | undefined }];
  /**
   * Connections are being refused because a limit is reached. Told at most once a minute for each limit. The address is
   * `unreadable` where a trusted proxy names none.
   */
  limit: [{ limit: string; address: string | undefined }];
}

/** How a running counter is read and watched. */
export interface CounterView {
  /** How many people are on `site` at this moment, on all servers. Announcements may lag behind; this does not. */
  total(site: string): number;
  /** The same for every site with people on it. */
  totals(): Map<string, number>;
  /**
   * Whether other servers are out of reach, so that totals may be old: all of them, or also that of `site` alone. What
   * is this server's own is exact at any time.
   */
  isStale(site?: string): boolean;
  /** A snapshot of what this counter has seen since it started. */
  stats(): CounterStats;
  /** Calls `listener` whenever `event` happens. Returns the undo. */
  on<Event extends keyof CounterEventMap>(
    event: Event,
    listener: (...details: CounterEventMap[Event]) => void,
  ): () => void;
}

/** The parts that every kind of counter server is made of. */
export interface AssembledCounter {
  counter: Counter;
  door: Door;
  stats: CounterStats;
  view: CounterView;
  /** Tells those who watch that connections are being refused, if they were not told lately. */
  limitReached: (limit: string, address: string | undefined) => void;
}

const LIMIT_REPORT_MS = 60_000;

export function assembleCounter(
  options: ResolvedCountingOptions,
  clock: Clock = systemClock,
): AssembledCounter {
  const events = new EventEmitter<CounterEventMap>();
  const stats = createStats();
  const admission = options.admission ?? createAdmission(options.limits);
  const reportedAt = new Map<string, number>();

  const counter = createCounter({
    ...options,
    clock,
    random: Math.random,
    observer: {
      announced({ site, total, stale }, previous) {
        stats.announcements++;
        events.emit('total', { site, total, stale });
        if (previous === 0 && total > 0) events.emit('occupied', { site });
        if (previous > 0 && total === 0) events.emit('vacated', { site });
      },
      stale: (stale, reason) => void events.emit('stale', { stale, reason }),
    },
  });
  function limitReached(limit: string, address: string | undefined): void {
    const now = systemClock.now();
    if (now - (reportedAt.get(limit) ?? -Infinity) < LIMIT_REPORT_MS) return;
    reportedAt.set(limit, now);
    events.emit('limit', { limit, address });
  }

  const door = createHandshakeGuard({ ...options, admission, stats, onLimit: limitReached });
  const view: CounterView = {
    total: (site) => counter.total(site),
    totals: () => counter.totals(),
    isStale: (site) => counter.isStale(site),
    stats: () => ({ ...stats, refused: { ...stats.refused }, terminated: { ...stats.terminated } }),
    on(event, listener) {
      // EventEmitter's own types cannot follow a generic event name.
      events.on(event, listener as never);
      return () => void events.off(event, listener as never);
    },
  };
  return { counter, door, stats, view, limitReached };
}
