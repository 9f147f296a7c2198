import { systemClock } from '@live-online/internal/system-clock';
import type { Clock } from '../core/ports.ts';

/** The machine's clock, for work that does not keep the process running. */
export const backgroundClock: Clock = {
  now: systemClock.now,
  schedule(task, delayMs) {
    const timer = setTimeout(task, delayMs).unref();
    return () => clearTimeout(timer);
  },
};
