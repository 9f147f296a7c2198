import { needsOf } from './lib/needs-of-files.mjs';
import { runTests } from './lib/run-tests.mjs';

// Everything that has to hold: `npm test`. What follows `--` goes to vitest, and then the checks are left out.
const args = process.argv.slice(2);
const isWhole = args.length === 0;
await runTests({
  args: ['run', ...(isWhole ? ['--project=!long'] : args)],
  needs: needsOf(args),
  checks: isWhole,
});
