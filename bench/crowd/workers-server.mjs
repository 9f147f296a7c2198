/** Live Online with several workers, on one port of the loopback. */
import { createCounterWorkers } from '../../packages/server/dist/index.js';
import { answer } from '../lib/answer.mjs';
import { measured } from './measured.mjs';
import { listenForProbes } from './probes.mjs';

let probes;
let workers;

/** Calls the primary and all workers. */
async function callAll(method, ...args) {
  return [await measured[method](...args), ...(await probes.callAll(method, ...args))];
}

const sum = (values) => values.reduce((total, value) => total + value, 0);

answer({
  /** @returns {Promise<string>} The base address. */
  async listen(count, options) {
    probes = await listenForProbes();
    workers = createCounterWorkers({
      workers: count,
      options: {
        ...options,
        port: 0,
        host: '127.0.0.1',
        maxConnections: 1_000_000,
        maxPerAddress: 1_000_000,
      },
      module: new URL('./worker-probe.mjs', import.meta.url),
    });
    const { port } = await workers.listen();
    return `http://127.0.0.1:${port}/`;
  },
  /** How many workers can be measured. One that replaces another counts as soon as it runs. */
  running: () => probes.count(),
  /** CPU time of all processes until now, in ms. A worker that was killed is no longer in it. */
  cpuMs: async () => sum(await callAll('cpuMs')),
  /** Resident set size of all processes after garbage collection, in bytes. */
  memory: async () => sum((await callAll('memory')).map(({ rss }) => rss)),
  watchLoop: () => callAll('watchLoop'),
  /** The highest delay of any process, in ms. */
  loopDelayMs: async (share) => Math.max(...(await callAll('loopDelayMs', share))),
  /** Kills one worker, as the system does when memory runs out. */
  kill() {
    const pid = workers.pids()[0];
    process.kill(pid, 'SIGKILL');
  },
});
