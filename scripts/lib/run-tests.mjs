import { join } from 'node:path';
import { packedFolder } from './checks.mjs';
import { guard } from './guard.mjs';
import { leaveNoTrace } from './leave-no-trace.mjs';
import { prepare } from './prepare.mjs';
import { root } from './root.mjs';
import { runChecks } from './run-checks.mjs';
import { run } from './run.mjs';
import { installNeeds } from './system-needs.mjs';

/**
 * Installs, builds and runs what a test command consists of, and exits.
 *
 * @param {object} command
 * @param {string[]} command.args for vitest
 * @param {readonly import('./system-needs.mjs').Need[]} [command.needs] what the tests need from the system
 * @param {boolean} [command.checks] whether everything but tests is checked first
 * @param {boolean} [command.interactive] whether vitest listens to the keyboard
 */
export async function runTests({ args, needs = [], checks = false, interactive = false }) {
  const say = (/** @type {string} */ text) => console.log(text);
  guard();
  leaveNoTrace();
  try {
    await prepare(say);
    await installNeeds(needs, say);
  } catch (error) {
    console.error(/** @type {Error} */ (error).message);
    console.log('0 passed, 1 failed');
    process.exit(1);
  }
  const checked = checks ? await runChecks(say) : { passed: 0, failed: 0 };
  const env = {
    // The reporter's closing line counts the checks, too.
    CHECKS_PASSED: String(checked.passed),
    CHECKS_FAILED: String(checked.failed),
    // What they have packed need not be packed again.
    ...(checks && { PACKED_FOLDER: packedFolder }),
  };
  const { code } = await run(join(root, 'node_modules', '.bin', 'vitest'), args, { env, interactive });
  process.exit(code !== 0 || checked.failed > 0 ? 1 : 0);
}
