import { fork } from 'node:child_process';
import { once } from 'node:events';

const KILL_AFTER_MS = 2_000;

/**
 * A child process that answers calls, as `answer()` in its module defines them.
 *
 * @typedef {object} Child
 * @property {(method: string, ...args: unknown[]) => Promise<any>} call
 * @property {() => Promise<void>} end Ends the process and waits until it has exited.
 */

/**
 * Starts a module as a child process, and waits until it is ready to answer.
 *
 * @param {URL} module
 * @param {AbortSignal} signal Ends the child; open calls reject with the signal's reason.
 * @param {{ openFiles?: number }} [limits] How many files it may open, if this user may raise the limit.
 * @returns {Promise<Child>}
 */
export async function startChild(module, signal, { openFiles } = {}) {
  signal.throwIfAborted();
  const name = module.pathname.split('/').at(-1);
  const child = fork(module, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], ...raised(openFiles) });
  const exited = once(child, 'exit');
  /** @type {Map<number, { resolve: (value: unknown) => void, reject: (error: Error) => void }>} */
  const calls = new Map();
  let calledLast = 0;

  const rejectAll = (error) => {
    for (const { reject } of calls.values()) reject(error);
    calls.clear();
  };
  const expect = (id) => new Promise((resolve, reject) => calls.set(id, { resolve, reject }));

  child.on('message', ({ id, value, error }) => {
    const call = calls.get(id);
    calls.delete(id);
    if (error === undefined) call?.resolve(value);
    else call?.reject(new Error(`${name}: ${error}`));
  });
  child.on('exit', (code, by) => rejectAll(new Error(`${name} ended early (${by ?? `exit code ${code}`})`)));
  child.on('error', rejectAll);

  const end = async () => {
    signal.removeEventListener('abort', abort);
    if (child.exitCode === null && child.signalCode === null) child.kill();
    // A child that blocks its event loop does not react to SIGTERM.
    const killTimer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    await exited;
    clearTimeout(killTimer);
  };
  const abort = () => {
    rejectAll(signal.reason);
    void end();
  };
  signal.addEventListener('abort', abort, { once: true });

  await expect(0);
  return {
    call(method, ...args) {
      if (!child.connected) return Promise.reject(new Error(`${name} has ended`));
      const id = ++calledLast;
      const answer = expect(id);
      child.send({ id, method, args });
      return answer;
    },
    end,
  };
}

/** Options of `fork` that start Node in a shell, which raises the limit or continues without. */
function raised(openFiles) {
  if (openFiles === undefined || process.platform === 'win32') return {};
  const script = `ulimit -n ${openFiles} 2>/dev/null; exec "$0" "$@"`;
  return { execPath: 'sh', execArgv: ['-c', script, process.execPath] };
}
