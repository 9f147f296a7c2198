import { prepareToRun } from './lib/prepare-to-run.mjs';

// Shows the counter at work: `npm start`. The example runs inside this process, so that no process is left at its end.
await prepareToRun();
await import('../examples/live-counter/main.js');
