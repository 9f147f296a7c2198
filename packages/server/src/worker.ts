import process from 'node:process';
import { createIpc } from './workers/ipc.ts';
import { serveCounter } from './workers/serve-counter.ts';

/** The process of a worker. Only `createCounterWorkers` starts it. */

// Ctrl+C in a terminal and a service manager's stop signal all processes: the primary decides what happens.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
// Without the primary there are no new connections, no limits and no total.
process.on('disconnect', () => process.exit(0));

const ipc = createIpc({
  // With a callback, a closed channel neither throws nor emits 'error'; 'disconnect' above handles it.
  send: (message, done) => void process.send?.(message, undefined, undefined, done),
});
process.on('message', (message, handle) => ipc.receive(message, handle));
serveCounter(ipc, () => ipc.flush(() => process.exit(0)));
