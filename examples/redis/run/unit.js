import { once } from 'node:events';

/**
 * A process that can be ended, frozen and started again.
 *
 * @typedef {'running' | 'frozen' | 'draining' | 'dead'} UnitState
 * @typedef {ReturnType<typeof createUnit>} Unit
 *
 * @param {string} name
 * @param {() => import('node:child_process').ChildProcess} spawnChild
 * @param {(unit: Unit) => void} changed Called when the state has changed.
 */
export function createUnit(name, spawnChild, changed = () => {}) {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child;
  /** @type {UnitState} */
  let state = 'dead';
  const become = (next) => {
    if (state === next) return;
    state = next;
    changed(unit);
  };

  const unit = {
    name,
    get state() {
      return state;
    },
    get pid() {
      return child?.pid;
    },
    start() {
      if (child) return;
      const started = spawnChild();
      child = started;
      const gone = () => {
        if (child !== started) return;
        child = undefined;
        become('dead');
      };
      started.once('exit', gone);
      started.once('error', gone);
      become('running');
    },
    /** As a crash does: it has no say in it. */
    kill() {
      child?.kill('SIGKILL');
    },
    /** It stands still, and everybody who is connected to it waits. */
    freeze() {
      if (state === 'running' && child?.kill('SIGSTOP')) become('frozen');
    },
    thaw() {
      if (state === 'frozen' && child?.kill('SIGCONT')) become('running');
    },
    /** It is asked to end, and takes its time. */
    drain() {
      if (state === 'running' && child?.kill('SIGTERM')) become('draining');
    },
    /** Ends it for good; resolves when it is gone. */
    async end(signal = 'SIGKILL') {
      if (!child) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
  };
  return unit;
}
