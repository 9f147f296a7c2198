import { StartError } from '../../examples/redis/run/start-error.js';
import { watchParent } from '../lib/parent.mjs';
import { startPlayground } from './start-playground.mjs';

/** Runs the playground as this process, until a signal arrives or the parent process has ended. */
export async function runPlayground() {
  /** @type {(() => unknown)[]} */
  const disposals = [];
  /** @type {Promise<void> | undefined} */
  let ended;
  const end = (/** @type {number} */ code) => (ended ??= dispose().then(() => process.exit(code)));
  async function dispose() {
    for (const one of disposals.reverse()) await one();
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end(0));
  watchParent(() => void end(0));
  try {
    const print = (/** @type {string} */ text) => console.log(text);
    // What starts while the rest is ended already is ended at once.
    await startPlayground(print, (disposal) => void (ended ? disposal() : disposals.push(disposal)));
  } catch (error) {
    if (!ended) console.error(error instanceof StartError ? error.message : error);
    await end(1);
  }
}
