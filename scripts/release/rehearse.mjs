import { needs } from '../lib/system-needs.mjs';
import { runTests } from '../lib/run-tests.mjs';

// `npm run release:rehearse`: publishes copies of the packages three times to a registry on this machine, installs them from
// there, and removes everything. The tests are the steps.
await runTests({
  args: ['run', '--config', 'tests/release/vitest.config.ts', ...process.argv.slice(2)],
  needs: needs.filter(({ name }) => name === 'Chromium'),
});
