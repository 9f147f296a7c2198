import { answer } from '../lib/answer.mjs';
import { cpuMs } from '../lib/cpu.mjs';
import { loopDelay } from '../lib/loop-delay.mjs';
import { settledMemory } from '../lib/memory.mjs';

/** The figures that every measured server reports: CPU time, event loop delay and memory. */
const cost = {
  cpuMs,
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

/** @param {(...options: any[]) => Promise<string>} listen Resolves to the base address. */
export function serveAs(listen) {
  answer({ ...cost, listen });
}
