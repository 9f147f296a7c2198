import { monitorEventLoopDelay } from 'node:perf_hooks';

/** The sampling interval. Node records the time between two samples, so every value contains it. */
const RESOLUTION_MS = 10;

let histogram;

/** Measures the event loop delay of this process. */
export const loopDelay = {
  /** Starts a new measurement. */
  watchLoop() {
    histogram?.disable();
    histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    histogram.enable();
  },
  /** @param {number} share 0.99 is the delay in ms that 99 % of the samples do not exceed; 0 if none was started. */
  loopDelayMs(share) {
    if (histogram === undefined) return 0;
    return Math.max(0, histogram.percentile(share * 100) / 1e6 - RESOLUTION_MS);
  },
};
