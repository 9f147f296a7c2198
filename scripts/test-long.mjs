import { runTests } from './lib/run-tests.mjs';

// What shows nothing of our code on the Node that runs here: `npm run test:long`, for CI and releases.
await runTests({ args: ['run', '--project=long', ...process.argv.slice(2)] });
