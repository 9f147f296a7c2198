import { runTests } from './lib/run-tests.mjs';

// The packages' own tests, which need no browser, no Redis and no packed packages: `npm run test:unit`, and with
// `--watch`, as `npm run test:watch`, again and again those that a change concerns.
const args = process.argv.slice(2);
const watch = args.includes('--watch');
await runTests({ args: [...(watch ? [] : ['run']), '--project=unit*', ...args], interactive: watch });
