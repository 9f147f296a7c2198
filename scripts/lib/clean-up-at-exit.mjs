import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** The environment variable that marks the processes of a run. */
const MARK = 'LIVE_ONLINE_RUN';
/** How often to look for processes that still run, and how long to wait in between. */
const ROUNDS = 100;
const ROUND_MS = 20;

/**
 * Gives this process and its descendants their own temporary folder. When this process exits, also by a signal, its
 * descendants are killed and the folder is removed. Does nothing if an ancestor has called it.
 */
export function cleanUpAtExit() {
  if (process.env[MARK] !== undefined) return;
  const folder = mkdtempSync(join(tmpdir(), 'live-online-run-'));
  // Tests run some processes as another user.
  chmodSync(folder, 0o755);
  process.env[MARK] = basename(folder);
  for (const variable of ['TMPDIR', 'TEMP', 'TMP']) process.env[variable] = folder;
  process.on('exit', () => {
    killAll(realpathSync(folder));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: ROUND_MS });
  });
  process.once('SIGTERM', () => process.exit(143));
  process.once('SIGHUP', () => process.exit(129));
}

/**
 * Kills every process of a run, and the process groups that they are in. Where the system shows no processes in /proc, as
 * on macOS, it finds none.
 *
 * @param {string} folder The run's temporary folder.
 */
function killAll(folder) {
  const ownGroup = groupOf('self');
  for (let round = 0; round < ROUNDS; round++) {
    const left = processes().filter((pid) => belongsTo(folder, pid));
    if (left.length === 0) return;
    for (const pid of left) {
      const group = groupOf(pid);
      kill(group !== undefined && group !== ownGroup ? -group : Number(pid));
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ROUND_MS);
  }
}

/**
 * Whether a process has the run's mark in its environment, or the run's folder in its arguments or as its working
 * directory: Redis and nginx write over their environment.
 *
 * @param {string} folder
 * @param {string} pid
 */
function belongsTo(folder, pid) {
  if (
    readProc(pid, 'environ')
      .split('\0')
      .includes(`${MARK}=${basename(folder)}`)
  )
    return true;
  if (readProc(pid, 'cmdline').includes(`${folder}/`)) return true;
  try {
    return `${readlinkSync(`/proc/${pid}/cwd`)}/`.startsWith(`${folder}/`);
  } catch {
    return false;
  }
}

function processes() {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  } catch {
    return [];
  }
}

/** @param {string} pid */
function groupOf(pid) {
  // The name, in parentheses, may hold anything.
  const [, , group] = readProc(pid, 'stat')
    .replace(/^.*\) /s, '')
    .split(' ');
  return group === undefined ? undefined : Number(group);
}

/**
 * @param {string} pid
 * @param {string} file
 */
function readProc(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // It has ended, or belongs to another user.
    return '';
  }
}

/** @param {number} pid */
function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
