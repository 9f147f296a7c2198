import { guard } from './lib/guard.mjs';
import { watchParent } from './lib/parent.mjs';
import { prepare } from './lib/prepare.mjs';

// Shows the counter at work: `npm start`. The example runs inside this process, so that ending it leaves nothing.
const unguard = guard();
try {
  await prepare((text) => console.log(text));
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exit(1);
}
unguard();

const { runLiveCounter } = await import('../examples/live-counter/main.js');
const end = await runLiveCounter();
watchParent(end);
