/**
 * @param {number[]} values At least one.
 * @param {number} share 0.5 is the median, 0.99 the value that 99 % stay at or below.
 */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/**
 * The same for whole numbers that were only counted.
 *
 * @param {number[]} tally How often each value was seen, by the value; at least one was.
 */
export function tallyPercentile(tally, share) {
  let due = Math.max(1, Math.ceil(share * tally.reduce((sum, times) => sum + times, 0)));
  return tally.findIndex((times) => (due -= times ?? 0) <= 0);
}

/** @param {number[]} values At least one; of an even number of values, the mean of the middle two. */
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
