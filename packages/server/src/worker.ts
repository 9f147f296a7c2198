import process from 'node:process';
import { createIpc } from './workers/ipc.ts';
import { serveCounter } from './workers/serve-counter.ts';

/** The process of a worker, started by `createCounterWorkers` and by nobody else. */

// A terminal's Ctrl+C and a service manager's stop reach all processes: the primary one decides what happens.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
// Without the primary process there are no connections to come, no limits and nobody to add up with.
process.on('disconnect', () => process.exit(0));

const ipc = createIpc({
  // With a callback nothing is thrown and no event says that the channel is gone; the one above does.
  send: (message, done) => void process.send?.(message, undefined, undefined, done),
});
process.on('message', (message) => ipc.receive(message));
serveCounter(ipc, () => ipc.flush(() => process.exit(0)));
