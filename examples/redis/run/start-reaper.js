import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Starts the process that ends what is left when this one is gone.
 *
 * @typedef {ReturnType<typeof startReaper>} Reaper
 */
export function startReaper() {
  const child = fork(fileURLToPath(new URL('./reaper.js', import.meta.url)), {
    stdio: 'ignore',
    // In a group of its own, which no kill of this one's group reaches.
    detached: true,
  });
  child.on('error', () => {});
  const say = (message) => child.connected && child.send(message);
  return {
    /** @param {NodeJS.Signals} signal What ends it. */
    watch: (pid, signal) => say({ pid, signal }),
    forget: (pid) => say({ pid }),
  };
}
