/** Prints measured times beside the result of a test, such as `Redis frozen for 20 s: exact 0.6 s after its return`. */
export function reportFigure(what: string, timesMs: Record<string, number>): void {
  const times = Object.entries(timesMs).map(([name, ms]) => `${name} ${(ms / 1_000).toFixed(1)} s`);
  console.log(`${what}: ${times.join(', ')}`);
}
