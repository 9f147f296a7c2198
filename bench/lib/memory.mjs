import { setTimeout as rest } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const ROUNDS = 5;
const REST_MS = 200;

/** The memory of this process after garbage collection, in bytes: resident set size, and JavaScript objects. */
export async function settledMemory() {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  // Finalizers run after the first collection, and the next one collects their garbage. V8 frees pages some time later.
  for (let round = 0; round < ROUNDS; round++) {
    collect();
    await rest(REST_MS);
  }
  const { rss, heapUsed } = process.memoryUsage();
  return { rss, heapUsed };
}
