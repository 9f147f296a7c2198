import { join } from 'node:path';
import { packedFolder } from './checks.mjs';
import { guard } from './guard.mjs';
import { cleanUpAtExit } from './clean-up-at-exit.mjs';
import { prepare } from './prepare.mjs';
import { root } from './root.mjs';
import { runChecks } from './run-checks.mjs';
import { run } from './run.mjs';
import { installNeeds } from './system-needs.mjs';

/**
 * Installs, builds, and runs the checks and tests of a command, and exits.
 *
 * @param {object} command
 * @param {string[]} command.args for vitest
 * @param {readonly import('./system-needs.mjs').Need[]} [command.needs] what the tests need from the system
 * @param {boolean} [command.checks] whether the checks run first
 * @param {boolean} [command.interactive] whether vitest listens to the keyboard
 */
export async function runTests({ args, needs = [], checks = false, interactive = false }) {
  const log = (/** @type {string} */ text) => console.log(text);
  guard();
  cleanUpAtExit();
  try {
    await prepare(log);
    await installNeeds(needs, log);
  } catch (error) {
    console.error(/** @type {Error} */ (error).message);
    console.log('0 passed, 1 failed');
    process.exit(1);
  }
  const checked = checks ? await runChecks(log) : { passed: 0, failed: 0 };
  const env = {
    // The reporter's closing line counts the checks, too.
    CHECKS_PASSED: String(checked.passed),
    CHECKS_FAILED: String(checked.failed),
    // The tests use the tarballs of the checks.
    ...(checks && { PACKED_FOLDER: packedFolder }),
  };
  const { code } = await run(join(root, 'node_modules', '.bin', 'vitest'), args, { env, interactive });
  process.exit(code !== 0 || checked.failed > 0 ? 1 : 0);
}
