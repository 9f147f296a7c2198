import type { Clock } from '../core/ports.ts';

/**
 * Detects that the process has slept: that the machine was suspended, or the process stopped. [C8]
 *
 * On waking, due timers and network input run in any order, and input before timers. So everything that could send an
 * old total calls `check()` first.
 */
export interface SleepWatch {
  /** The clock given, which calls `check()` before each task. */
  readonly clock: Clock;
  /** Calls `onWake` if the process has slept since the last call. Nearly free. */
  check(): void;
  start(): void;
  stop(): void;
}

export interface SleepWatchOptions {
  clock: Clock;
  /** A longer pause is a sleep, in ms. */
  maxPauseMs: number;
  /** Called on waking, before the caller of `check()` goes on. */
  onWake: () => void;
}

export function createSleepWatch({ clock, maxPauseMs, onWake }: SleepWatchOptions): SleepWatch {
  let checkedAt: number | undefined;
  let timer: NodeJS.Timeout | undefined;

  function check(): void {
    if (checkedAt === undefined) return;
    const now = clock.now();
    const pauseMs = now - checkedAt;
    checkedAt = now;
    if (pauseMs > maxPauseMs) onWake();
  }

  return {
    clock: {
      now: clock.now,
      schedule: (task, delayMs) =>
        clock.schedule(() => {
          check();
          task();
        }, delayMs),
    },
    check,
    start() {
      checkedAt ??= clock.now();
      timer ??= setInterval(check, Math.min(1_000, maxPauseMs / 5)).unref();
    },
    stop() {
      clearInterval(timer);
      checkedAt = undefined;
    },
  };
}
