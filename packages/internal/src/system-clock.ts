import { performance } from 'node:perf_hooks';
import type { Clock } from './clock.ts';

/** The machine's monotonic clock. It does not depend on the time of day. */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(task, delayMs) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};
