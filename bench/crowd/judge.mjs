/**
 * Decides for each sample of a crowd whether any client shows a total that cannot be right.
 *
 * @typedef {{ clients: number, begun: number, withTotal: number, lowest: number, highest: number, lost: number }} Sample
 *   Of one process of clients; without any total, `lowest` is Infinity and `highest` -Infinity.
 */

/**
 * One sample of all processes. They are asked at the same time, and answer one after the other.
 *
 * @param {Sample[]} samples
 * @returns {Sample}
 */
export function merge(samples) {
  const sum = (figure) => samples.reduce((total, sample) => total + sample[figure], 0);
  return {
    clients: sum('clients'),
    begun: sum('begun'),
    withTotal: sum('withTotal'),
    lost: sum('lost'),
    lowest: Math.min(...samples.map(({ lowest }) => lowest)),
    highest: Math.max(...samples.map(({ highest }) => highest)),
  };
}

/** How many wrong samples are kept as examples. */
const MAX_EXAMPLES = 5;

/** Counts samples outside of bounds. */
export function createJudge() {
  let taken = 0;
  let wrong = 0;
  const examples = [];
  return {
    /**
     * @param {string} phase
     * @param {Sample} sample
     * @param {{ lowest: number, highest: number }} bounds Of the totals that may be right.
     */
    add(phase, sample, bounds) {
      // No client has a total yet.
      if (sample.lowest === Infinity) return;
      taken++;
      if (sample.lowest >= bounds.lowest && sample.highest <= bounds.highest) return;
      wrong++;
      const { lowest, highest } = sample;
      if (examples.length < MAX_EXAMPLES) examples.push({ phase, shown: { lowest, highest }, bounds });
    },
    /** Examples are the first wrong ones. */
    result: () => ({ taken, wrong, examples }),
  };
}
