import { cpuMs } from '../lib/cpu.mjs';
import { loopDelay } from '../lib/loop-delay.mjs';
import { settledMemory } from '../lib/memory.mjs';

/** What the benchmark asks each process of a crowd: servers and clients. */
export const measured = {
  cpuMs,
  memory: settledMemory,
  watchLoop: loopDelay.watchLoop,
  loopDelayMs: loopDelay.loopDelayMs,
};
