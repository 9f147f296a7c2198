import { join } from 'node:path';
import { guard } from './lib/guard.mjs';
import { prepare } from './lib/prepare.mjs';
import { root } from './lib/root.mjs';
import { runChecks } from './lib/run-checks.mjs';
import { run } from './lib/run.mjs';
import { installSystemNeeds } from './lib/system-needs.mjs';

// Everything that has to hold: `npm test`. What follows `--` goes to vitest, and then the checks are left out.
const only = process.argv.slice(2);
guard();
try {
  await installSystemNeeds((text) => console.log(text));
  await prepare((text) => console.log(text));
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  console.log('0 passed, 1 failed');
  process.exit(1);
}

const checked = only.length > 0 ? { passed: 0, failed: 0 } : await runChecks((text) => console.log(text));
// The reporter's closing line counts the checks, too.
const { code } = await run(join(root, 'node_modules', '.bin', 'vitest'), ['run', ...only], {
  env: { CHECKS_PASSED: String(checked.passed), CHECKS_FAILED: String(checked.failed) },
});
process.exit(code !== 0 || checked.failed > 0 ? 1 : 0);
