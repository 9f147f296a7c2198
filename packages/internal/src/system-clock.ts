import { performance } from 'node:perf_hooks';
import type { Clock } from './clock.ts';

/** The machine's monotonic clock: setting the time of day has no effect on it. */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(task, delayMs) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};
