import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { BenchError } from './bench-error.mjs';

// An upper bound of the files that a Node process has open beside its connections.
export const OWN_FILES = 64;

/**
 * Throws if a process cannot have one open file for every client, because the figures would be those of a server that
 * runs out of files. Only Linux has the limit in a file; elsewhere the run itself fails.
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

/**
 * How many files a child may open that is started with `startChild(…, { openFiles: wanted })`: `wanted` if this user may
 * raise the limit that far, otherwise the limit of this process. Node raises the soft limit to the hard one by itself.
 *
 * @param {number} wanted
 */
export function reachableOpenFiles(wanted) {
  const limit = openFilesLimit();
  if (limit >= wanted) return limit;
  const { status } = spawnSync('sh', ['-c', `ulimit -n ${wanted}`], { stdio: 'ignore' });
  return status === 0 ? wanted : limit;
}

function openFilesLimit() {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Infinity);
  } catch {
    return Infinity;
  }
}
