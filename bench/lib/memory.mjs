import { setTimeout as rest } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const ROUNDS = 5;
const REST_MS = 200;

/** The memory of this process once it holds no garbage: all of it (RSS), and what its objects take, in bytes. */
export async function settledMemory() {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  // One collection lets finalizers run, whose garbage the next one takes; V8 then gives pages back in its own time.
  for (let round = 0; round < ROUNDS; round++) {
    collect();
    await rest(REST_MS);
  }
  const { rss, heapUsed } = process.memoryUsage();
  return { rss, heapUsed };
}
