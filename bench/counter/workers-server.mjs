/** Live Online in several processes on a free port of the loopback. */
import { readFileSync } from 'node:fs';
import { createCounterWorkers } from '../../packages/server/dist/index.js';
import { answer } from '../lib/answer.mjs';
import { cpuMs } from '../lib/cpu.mjs';

/** The unit of CPU time in /proc: a hundredth of a second on every Linux. */
const TICK_MS = 10;

let counter;

answer({
  /** @param {{ workers: number }} options Also those of each worker. */
  async listen({ workers, ...options }) {
    // All clients have the same address.
    const shared = { port: 0, host: '127.0.0.1', maxPerAddress: 100_000 };
    counter = createCounterWorkers({ workers, options: { ...options, ...shared } });
    const { port } = await counter.listen();
    return `http://127.0.0.1:${port}/`;
  },
  /** CPU time of all processes until now, user and system, in ms. */
  cpuMs: () => counter.pids().reduce((sum, pid) => sum + cpuMsOf(pid), cpuMs()),
});

function cpuMsOf(pid) {
  // The name of the process, in parentheses, may have spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
