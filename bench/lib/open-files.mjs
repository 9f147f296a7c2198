import { readFileSync } from 'node:fs';
import { BenchError } from './bench-error.mjs';

// What a Node process holds open besides its connections, generously.
const OWN_FILES = 64;

/**
 * Refuses to begin where a process could not hold one open file for every client: the figures would be
 * those of a server that runs out of files. Only Linux tells its limit in a file; elsewhere the run itself
 * will show it.
 *
 * @param {number} clients
 */
export function checkOpenFiles(clients) {
  const limit = openFilesLimit();
  if (clients + OWN_FILES > limit) {
    const most = Math.max(0, limit - OWN_FILES);
    throw new BenchError(
      `${clients} clients need more open files than the ${limit} allowed here: ` +
        `raise the limit (ulimit -n ${clients + OWN_FILES}) or use at most --n ${most}.`,
    );
  }
}

function openFilesLimit() {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Infinity);
  } catch {
    return Infinity;
  }
}
