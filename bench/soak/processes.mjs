/** What Linux says about a process. */
import { readdirSync, readFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export function isAlive(pid) {
  try {
    // A process that has ended, and whose parent has not noticed, is a zombie.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** The IDs of the processes that a process has started and that have not ended. */
export function childrenOf(pid) {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    return tasks
      .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' '))
      .filter(Boolean)
      .map(Number)
      .filter(isAlive);
  } catch {
    return [];
  }
}

export function openFilesOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}

/** Resident set size in bytes; undefined if the process has ended. */
export function rssOf(pid) {
  try {
    const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kib === undefined ? undefined : Number(kib) * 1_024;
  } catch {
    return undefined;
  }
}

export function signalAll(pids, signal) {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended.
    }
  }
}

/** @param {'nofile' | 'fsize'} name @param {string} limit As `prlimit` reads it; `64:` is the soft limit alone. */
export async function setLimit(pid, name, limit) {
  await run('prlimit', ['--pid', String(pid), `--${name}=${limit}`]);
}

/** The limit of open files that a process may set itself. */
export function hardLimitOf(pid) {
  const limits = readFileSync(`/proc/${pid}/limits`, 'utf8');
  return /^Max open files\s+\d+\s+(\d+)/m.exec(limits)[1];
}
