/**
 * A process that ends the child processes of its parent after the parent itself has ended, for instance by kill -9. Redis,
 * nginx and PHP do not notice that their parent has ended.
 */

/** @type {Map<number, NodeJS.Signals>} Running processes, and the signal that ends each. */
const running = new Map();

// The parent process handles these signals; this process waits until the parent has ended.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

process.on('message', ({ pid, signal }) => {
  if (signal === undefined) running.delete(pid);
  else running.set(pid, signal);
});
process.on('disconnect', () => {
  for (const [pid, signal] of running) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
  process.exit();
});
