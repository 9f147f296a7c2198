import { runTests } from './lib/run-tests.mjs';

// `npm run test:unit`: the tests that need no browser, no Redis and no packed packages. With `--watch`, which is
// `npm run test:watch`, the tests of changed files run again.
const args = process.argv.slice(2);
const watch = args.includes('--watch');
await runTests({ args: [...(watch ? [] : ['run']), '--project=unit*', ...args], interactive: watch });
