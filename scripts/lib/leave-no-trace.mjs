import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** The environment variable by which the processes of a run are told from all others. */
const MARK = 'LIVE_ONLINE_RUN';
/** How often what was killed is looked for, and how long apart. */
const ROUNDS = 100;
const ROUND_MS = 20;

/**
 * Gives this process and all that it starts a temporary folder of their own. When this process exits, after a signal
 * as well, whatever it has started is killed and the folder removed. Does nothing where an ancestor has done it.
 */
export function leaveNoTrace() {
  if (process.env[MARK] !== undefined) return;
  const folder = mkdtempSync(join(tmpdir(), 'live-online-run-'));
  // Open to the processes that tests run as another user.
  chmodSync(folder, 0o755);
  process.env[MARK] = basename(folder);
  for (const variable of ['TMPDIR', 'TEMP', 'TMP']) process.env[variable] = folder;
  process.on('exit', () => {
    killAll(`${MARK}=${basename(folder)}`);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: ROUND_MS });
  });
  process.once('SIGTERM', () => process.exit(143));
  process.once('SIGHUP', () => process.exit(129));
}

/**
 * Kills every process whose environment holds `mark`, and the process groups that they are in: Redis writes over its
 * environment. Where the system shows no environments, as on macOS, there is nothing to find.
 *
 * @param {string} mark
 */
function killAll(mark) {
  const ownGroup = groupOf('self');
  for (let round = 0; round < ROUNDS; round++) {
    const left = processes().filter((pid) => readProc(pid, 'environ').split('\0').includes(mark));
    if (left.length === 0) return;
    for (const pid of left) {
      const group = groupOf(pid);
      kill(group !== undefined && group !== ownGroup ? -group : Number(pid));
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ROUND_MS);
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
    // It has ended, or is not ours to look into.
    return '';
  }
}

/** @param {number} pid */
function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
