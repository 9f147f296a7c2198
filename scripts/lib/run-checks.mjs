import { lanes } from './checks.mjs';

/**
 * Runs every check, and logs each result and the output of failed checks.
 *
 * @param {(text: string) => void} log
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runChecks(log) {
  const counts = { passed: 0, failed: 0 };
  /** @param {readonly import('./checks.mjs').Check[]} lane */
  async function runLane(lane) {
    for (const { name, check } of lane) {
      const startedAt = performance.now();
      const { code, output } = await check();
      const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
      if (code === 0) counts.passed++;
      else counts.failed++;
      log(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
      if (code !== 0) log(output.trim());
    }
  }
  await Promise.all(lanes.map(runLane));
  return counts;
}
