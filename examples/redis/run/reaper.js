/**
 * A process of its own that outlives the example, if only by a moment: it ends what the example has started, when that could
 * not do so itself, such as after a kill -9. Nothing else could: Redis and nginx do not ask who started them.
 */

/** @type {Map<number, NodeJS.Signals>} What runs, and how it is ended. */
const running = new Map();

// A signal for the whole group is the example's business, which this process sees the end of.
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
      // It has ended by itself.
    }
  }
  process.exit();
});
