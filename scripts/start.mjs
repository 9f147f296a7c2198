import { watchParent } from './lib/parent.mjs';
import { prepareToRun } from './lib/prepare-to-run.mjs';

// Shows the counter at work: `npm start`. The example runs inside this process, so that ending it leaves nothing.
await prepareToRun();
const { runLiveCounter } = await import('../examples/live-counter/main.js');
const end = await runLiveCounter();
watchParent(end);
