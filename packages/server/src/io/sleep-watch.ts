import type { Clock } from '../core/ports.ts';

/**
 * Notices that the process has slept, as a suspended machine does and one that is stopped. [C8]
 *
 * Whatever is due on waking may come in any order, and what came in over the network comes before any timer: so each
 * of those who say something asks first.
 */
export interface SleepWatch {
  /** The clock it was given, which looks before each task. */
  readonly clock: Clock;
  /** Looks whether the process has slept. Nearly free. */
  look(): void;
  /** Begins to watch. */
  start(): void;
  stop(): void;
}

export interface SleepWatchOptions {
  clock: Clock;
  /** A pause that lasts longer is a sleep, in ms. */
  longestMs: number;
  /** Called on waking, before whoever has asked goes on. */
  woken: () => void;
}

export function createSleepWatch({ clock, longestMs, woken }: SleepWatchOptions): SleepWatch {
  let lookedAt: number | undefined;
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    if (lookedAt === undefined) return;
    const now = clock.now();
    const pauseMs = now - lookedAt;
    lookedAt = now;
    if (pauseMs > longestMs) woken();
  }

  return {
    clock: {
      now: clock.now,
      schedule: (task, delayMs) =>
        clock.schedule(() => {
          look();
          task();
        }, delayMs),
    },
    look,
    start() {
      lookedAt ??= clock.now();
      timer ??= setInterval(look, Math.min(1_000, longestMs / 5)).unref();
    },
    stop() {
      clearInterval(timer);
      lookedAt = undefined;
    },
  };
}
