import { createTimeline } from './timeline.mjs';
import { median, tallyPercentile } from '../lib/stats.mjs';

/** The publishing rule: the published total is the highest count of the last second. */
const WINDOW_MS = 1_000;

/**
 * How old the totals are that clients show, compared with the publishing rule and measured at the clients alone. They
 * know two bounds of the count: `surely` has the clients that have received a total and not sent DISCONNECT; `perhaps`
 * also has those that have sent CONNECT and have no total yet, and those whose DISCONNECT has no answer yet. So the
 * result of the rule is between its results for the two bounds.
 *
 * @param {number} count How many clients are connected at the start.
 */
export function createLag(count) {
  const startedAt = performance.now();
  const surely = createTimeline(startedAt, count);
  const perhaps = createTimeline(startedAt, count);
  /** @type {Array<{ ms: number, showing: Array<[total: number, clients: number]> }>} */
  const samples = [];

  return {
    connecting: () => perhaps.change(1, performance.now()),
    counted: () => surely.change(1, performance.now()),
    leaving: () => surely.change(-1, performance.now()),
    left: () => perhaps.change(-1, performance.now()),
    /** @param {Iterable<[total: number, clients: number]>} showing The number of clients that show a total now. */
    sample(showing) {
      samples.push({ ms: Math.floor(performance.now() - startedAt), showing: [...showing] });
    },
    /**
     * A client's lag is how long ago, in ms, the total that it shows was last a possible result of the rule: 0 if it
     * still is, and the time since the start if it never was.
     */
    result() {
      const now = performance.now();
      // Samples have a resolution of 1 ms: the first window surely lies within the last second, the second covers it.
      const least = surely.highestWithin(WINDOW_MS - 1, 1, now);
      const most = perhaps.highestWithin(WINDOW_MS, 0, now);
      const tally = [];
      for (const { ms, showing } of samples) {
        for (const [total, clients] of showing) {
          let at = ms;
          while (at > 0 && (total < least[at] || total > most[at])) at--;
          tally[ms - at] = (tally[ms - at] ?? 0) + clients;
        }
      }
      return {
        p50: tallyPercentile(tally, 0.5),
        p99: tallyPercentile(tally, 0.99),
        max: tally.length - 1,
        /** The difference between the two bounds, in clients. */
        uncertainty: median(samples.map(({ ms }) => most[ms] - least[ms])),
      };
    },
  };
}
