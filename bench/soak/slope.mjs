/**
 * The slope of a figure over time, by least squares, without the part that follows the number of connections.
 *
 * @param {Array<{ minutes: number, connections: number, value: number }>} samples
 * @returns {number | undefined} By how much the value grows in a minute. Undefined with too few samples.
 */
export function slopeOf(samples) {
  if (samples.length < 3) return undefined;
  const mean = (figure) => samples.reduce((sum, sample) => sum + figure(sample), 0) / samples.length;
  const [meanMinutes, meanConnections, meanValue] = [
    mean(({ minutes }) => minutes),
    mean(({ connections }) => connections),
    mean(({ value }) => value),
  ];
  let [tt, cc, tc, tv, cv] = [0, 0, 0, 0, 0];
  for (const { minutes, connections, value } of samples) {
    const [t, c, v] = [minutes - meanMinutes, connections - meanConnections, value - meanValue];
    tt += t * t;
    cc += c * c;
    tc += t * c;
    tv += t * v;
    cv += c * v;
  }
  if (tt === 0) return undefined;
  const determinant = tt * cc - tc * tc;
  // Connections that do not change, or change with the time only, explain nothing by themselves.
  if (determinant < 1e-9 * tt * Math.max(1, cc)) return tv / tt;
  return (tv * cc - cv * tc) / determinant;
}
