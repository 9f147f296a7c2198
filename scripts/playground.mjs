import { prepareToRun } from './lib/prepare-to-run.mjs';

// Two counter servers, Redis and the reload tool, to try a change by hand: `npm run playground`.
await prepareToRun();
await import('./playground/main.mjs');
