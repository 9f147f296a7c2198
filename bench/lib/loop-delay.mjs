import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often the event loop is looked at. Node records the time between two looks, so this is in every value. */
const RESOLUTION_MS = 10;

let histogram;

/** Answers how long the event loop of this process keeps what is due waiting. */
export const loopDelay = {
  /** Begins anew. */
  watchLoop() {
    histogram?.disable();
    histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    histogram.enable();
  },
  /** @param {number} share 0.99 is the delay that 99 % of the looks stay at or below, in ms. */
  loopDelayMs(share) {
    return Math.max(0, histogram.percentile(share * 100) / 1e6 - RESOLUTION_MS);
  },
};
