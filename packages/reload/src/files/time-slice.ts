import { setImmediate } from 'node:timers/promises';

/** How long reading what nobody has asked for may keep everything else waiting, in ms. */
const SLICE_MS = 4;

/** Work that nobody waits for, with rests in which everything else gets its turn. */
export function createRests(): { isDue(): boolean; take(): Promise<void> } {
  let end = performance.now() + SLICE_MS;
  return {
    isDue: () => performance.now() >= end,
    async take() {
      await setImmediate();
      end = performance.now() + SLICE_MS;
    },
  };
}
