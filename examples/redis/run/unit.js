import { once } from 'node:events';

/**
 * A process that can be ended, frozen and started again.
 *
 * @typedef {'running' | 'frozen' | 'draining' | 'dead'} UnitState
 * @typedef {ReturnType<typeof createUnit>} Unit
 *
 * @param {object} on
 * @param {string} on.name
 * @param {() => import('node:child_process').ChildProcess} on.spawnChild
 * @param {(unit: Unit) => void} on.changed Called when the state has changed.
 * @param {import('./start-reaper.js').Reaper} on.reaper
 * @param {NodeJS.Signals} [on.endSignal] What ends it for good, with all that it has started.
 */
export function createUnit({ name, spawnChild, changed, reaper, endSignal = 'SIGKILL' }) {
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
      const { pid } = started;
      if (pid !== undefined) reaper.watch(pid, endSignal);
      const gone = () => {
        if (pid !== undefined) reaper.forget(pid);
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
    async end() {
      if (!child) return;
      const gone = once(child, 'exit');
      child.kill(endSignal);
      await gone;
    },
  };
  return unit;
}
