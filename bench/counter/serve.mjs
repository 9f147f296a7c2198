import { answer } from '../lib/answer.mjs';
import { loopDelay } from '../lib/loop-delay.mjs';
import { settledMemory } from '../lib/memory.mjs';

/** The figures that every measured server reports: CPU time, event loop delay and memory. */
const cost = {
  /** CPU time of this process until now, user and system, in ms. */
  cpuMs() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
  ...loopDelay,
  memory: settledMemory,
};

/**
 * Lets the benchmark start an HTTP server on a free port of the loopback.
 *
 * @param {import('node:http').Server} http
 */
export function serve(http) {
  serveAs(async () => {
    await new Promise((resolve, reject) => http.once('error', reject).listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${http.address().port}/`;
  });
}

/** @param {() => Promise<string>} listen Resolves to the base address. */
export function serveAs(listen) {
  answer({ ...cost, listen });
}
