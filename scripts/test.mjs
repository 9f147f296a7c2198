import { needsOf } from './lib/needs-of-files.mjs';
import { runTests } from './lib/run-tests.mjs';

// `npm test`: all checks and tests. Arguments after `--` go to vitest, and then no checks run.
const args = process.argv.slice(2);
const isWhole = args.length === 0;
await runTests({
  args: ['run', ...(isWhole ? ['--project=!long*'] : args)],
  needs: needsOf(args),
  checks: isWhole,
});
