import { spawn } from 'node:child_process';
import { root } from './root.mjs';

/**
 * The commands that run, and whether each has its own process group.
 *
 * @type {Map<import('node:child_process').ChildProcess, boolean>}
 */
const running = new Map();
const posix = process.platform !== 'win32';

/**
 * Runs a command in the repository and waits for it.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {object} options
 * @param {boolean} [options.quiet] show its output only if it fails
 * @param {boolean} [options.interactive] it reads the keyboard
 * @param {Record<string, string>} [options.env]
 * @returns {Promise<{ code: number, output: string }>} code 127 if there is no such command
 */
export function run(command, args, { quiet = false, interactive = false, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: [interactive ? 'inherit' : 'ignore', ...(quiet ? ['pipe', 'pipe'] : ['inherit', 'inherit'])],
      // npx and npm are .cmd files on Windows, which only a shell starts.
      shell: !posix,
      // Its own group, so that endAll() reaches its descendants. Only the group of the terminal can read the keyboard.
      detached: posix && !interactive,
    });
    running.set(child, posix && !interactive);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => (output += String(chunk)));
    }
    /** @param {number} code */
    const end = (code) => {
      running.delete(child);
      resolve({ code, output });
    };
    child.on('error', () => end(127));
    child.on('close', (code, signal) => end(code ?? (signal ? 128 : 1)));
  });
}

/** Ends every command that still runs, and its descendants. */
export function endAll() {
  for (const [{ pid }, hasGroup] of running) {
    try {
      process.kill(hasGroup ? -pid : pid, 'SIGTERM');
    } catch {
      // It has ended.
    }
  }
}
