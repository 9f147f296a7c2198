import { lanes } from './checks.mjs';

/**
 * Runs every check, says how each went, and shows what the failed ones printed.
 *
 * @param {(text: string) => void} say
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runChecks(say) {
  const counts = { passed: 0, failed: 0 };
  /** @param {readonly import('./checks.mjs').Check[]} lane */
  async function runLane(lane) {
    for (const { name, check } of lane) {
      const startedAt = performance.now();
      const { code, output } = await check();
      const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
      if (code === 0) counts.passed++;
      else counts.failed++;
      say(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
      if (code !== 0) say(output.trim());
    }
  }
  await Promise.all(lanes.map(runLane));
  return counts;
}
