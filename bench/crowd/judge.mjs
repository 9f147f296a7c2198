/**
 * Decides for each sample of a crowd whether any client shows a total that cannot be right.
 *
 * @typedef {object} Sample
 * @property {number} clients How many are here, with or without a connection.
 * @property {number} begun How many have begun to connect until now.
 * @property {number} withTotal How many show the total that was asked for.
 * @property {number} lost How many connections were lost until now.
 * @property {number[]} shown The lowest and the highest total that any client shows; empty if none shows one.
 */

/**
 * One sample of all processes. They are asked at the same time, and answer one after the other.
 *
 * @param {Sample[]} samples
 * @returns {Sample}
 */
export function merge(samples) {
  const sum = (figure) => samples.reduce((total, sample) => total + sample[figure], 0);
  const totals = samples.flatMap(({ shown }) => shown);
  return {
    clients: sum('clients'),
    begun: sum('begun'),
    withTotal: sum('withTotal'),
    lost: sum('lost'),
    shown: totals.length === 0 ? [] : [Math.min(...totals), Math.max(...totals)],
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
      const [lowest, highest] = sample.shown;
      if (lowest === undefined) return;
      taken++;
      if (lowest >= bounds.lowest && highest <= bounds.highest) return;
      wrong++;
      if (examples.length < MAX_EXAMPLES) examples.push({ phase, shown: { lowest, highest }, bounds });
    },
    /** Examples are the first wrong ones. */
    result: () => ({ taken, wrong, examples }),
  };
}
