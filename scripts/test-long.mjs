import { needsOf } from './lib/needs-of-files.mjs';
import { runTests } from './lib/run-tests.mjs';
import { testsInChromiumFirst } from './lib/tests-in-chromium-first.mjs';

// `npm run test:long`, for CI and releases: the packed packages on other versions of Node and in a Next.js app, in Firefox the
// browser tests that `npm test` runs in Chromium only, and faults that take long.
await runTests({
  args: ['run', '--project=long*', ...process.argv.slice(2)],
  needs: needsOf([...testsInChromiumFirst, 'tests/long/']),
});
