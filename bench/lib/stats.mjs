/**
 * @param {number[]} values At least one.
 * @param {number} share 0.5 is the median, 0.99 the value that 99 % do not exceed.
 */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/**
 * The same for integers of which only the frequencies are known.
 *
 * @param {number[]} tally The frequency of each value, by the value. At least one is not 0.
 */
export function tallyPercentile(tally, share) {
  let due = Math.max(1, Math.ceil(share * tally.reduce((sum, times) => sum + times, 0)));
  return tally.findIndex((times) => (due -= times ?? 0) <= 0);
}

/** @param {number[]} values At least one. For an even number, the result is the mean of the middle two. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median of one figure of every round. */
export function medianOf(rounds, figure) {
  return median(rounds.map((round) => round[figure]));
}

export function round(value, digits = 0) {
  return Number(value.toFixed(digits));
}
