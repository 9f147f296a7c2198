import { runTests } from './lib/run-tests.mjs';

// `npm run test:long`, for CI and releases: the packed packages on other versions of Node.
await runTests({ args: ['run', '--project=long', ...process.argv.slice(2)] });
