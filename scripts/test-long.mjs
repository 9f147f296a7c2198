import { runTests } from './lib/run-tests.mjs';

// `npm run test:long`, for CI and releases: the packed packages on other versions of Node, and in a Next.js app.
await runTests({ args: ['run', '--project=long', ...process.argv.slice(2)] });
