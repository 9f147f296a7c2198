import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const REAPER = fileURLToPath(new URL('./reaper.js', import.meta.url));

/** @type {import('node:child_process').ChildProcess | undefined} */
let reaper;

/**
 * A child process that can be killed, frozen, drained and started again. It ends with this process, even if this process is
 * killed.
 *
 * @typedef {'running' | 'frozen' | 'draining' | 'dead'} ProcessState
 */
export class ManagedProcess {
  /** @type {string} For people. */
  name;
  /** @type {ProcessState} */
  state = 'dead';
  #spawnChild;
  #onChange;
  #endSignal;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;

  /**
   * @param {string} name
   * @param {() => import('node:child_process').ChildProcess} spawnChild
   * @param {object} [options]
   * @param {(process: ManagedProcess) => void} [options.onChange] Called after each change of `state`.
   * @param {NodeJS.Signals} [options.endSignal] The signal that ends the process and its own children.
   */
  constructor(name, spawnChild, { onChange = () => {}, endSignal = 'SIGKILL' } = {}) {
    this.name = name;
    this.#spawnChild = spawnChild;
    this.#onChange = onChange;
    this.#endSignal = endSignal;
  }

  /** undefined if it does not run. */
  get pid() {
    return this.#child?.pid;
  }

  start() {
    if (this.#child) return;
    const child = this.#spawnChild();
    const { pid } = child;
    const onGone = () => {
      notifyReaper({ pid });
      this.#child = undefined;
      this.#setState('dead');
    };
    child.once('exit', onGone);
    // There is no such program, or it may not be run.
    child.on('error', () => pid === undefined && onGone());
    this.#child = child;
    notifyReaper({ pid, signal: this.#endSignal });
    this.#setState('running');
  }

  kill() {
    this.#child?.kill('SIGKILL');
  }

  freeze() {
    if (this.state === 'running' && this.#child.kill('SIGSTOP')) this.#setState('frozen');
  }

  thaw() {
    if (this.state === 'frozen' && this.#child.kill('SIGCONT')) this.#setState('running');
  }

  drain() {
    if (this.state === 'running' && this.#child.kill('SIGTERM')) this.#setState('draining');
  }

  /** Resolves after the process has ended. */
  async end() {
    if (!this.#child) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill(this.#endSignal);
    await exit;
  }

  #setState(state) {
    if (this.state === state) return;
    this.state = state;
    this.#onChange(this);
  }
}

/** @param {{ pid?: number, signal?: NodeJS.Signals }} message Without a signal: the process has ended. */
function notifyReaper(message) {
  if (message.pid === undefined) return;
  // In a process group of its own, so that a signal to this group does not end it.
  reaper ??= fork(REAPER, { stdio: 'ignore', detached: true }).on('error', () => {});
  if (reaper.connected) reaper.send(message);
}
