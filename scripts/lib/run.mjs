import { spawn } from 'node:child_process';
import { root } from './root.mjs';

/**
 * What runs, and whether it has a process group of its own.
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
 * @param {boolean} [options.quiet] what it prints is shown only if it fails
 * @param {boolean} [options.interactive] the keyboard is its own
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
      // In a group of its own, so that endAll() reaches whatever it has started; but only one group has the keyboard.
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

/** Ends every command that still runs, with all it has started. */
export function endAll() {
  for (const [{ pid }, hasGroup] of running) {
    try {
      process.kill(hasGroup ? -pid : pid, 'SIGTERM');
    } catch {
      // It has ended by itself meanwhile.
    }
  }
}
