import { createTimeline } from './timeline.mjs';
import { median, tallyPercentile } from '../lib/stats.mjs';

/** The announcing rule: what is said is the highest count of the last second. */
const WINDOW_MS = 1_000;

/**
 * How far what clients show is behind what the announcing rule says, told by nobody but the clients. They know
 * two bounds of the count: surely here are those who were told a total and have not said goodbye, perhaps here
 * are also those who have asked and were not told yet, and those whose goodbye is not answered yet. So the rule
 * lies between what it says of the one and of the other.
 *
 * @param {number} count Who is here, for sure.
 */
export function createLag(count) {
  const startedAt = performance.now();
  const surely = createTimeline(startedAt, count);
  const perhaps = createTimeline(startedAt, count);
  /** @type {Array<{ ms: number, showing: Array<[total: number, clients: number]> }>} */
  const samples = [];

  return {
    asked: () => perhaps.change(1, performance.now()),
    told: () => surely.change(1, performance.now()),
    leaving: () => surely.change(-1, performance.now()),
    gone: () => perhaps.change(-1, performance.now()),
    /** @param {Iterable<[total: number, clients: number]>} showing How many clients show which total now. */
    sample(showing) {
      samples.push({ ms: Math.floor(performance.now() - startedAt), showing: [...showing] });
    },
    /**
     * A client's lag is how long ago, in ms, the total that it shows was last what the rule says: 0 when it still
     * is, and all the time since the start when it never was.
     */
    result() {
      const now = performance.now();
      // Seen from anywhere within a millisecond, these are in the last second for certain, and perhaps.
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
        /** How far apart the two bounds are, in people. */
        uncertainty: median(samples.map(({ ms }) => most[ms] - least[ms])),
      };
    },
  };
}
