const POLL_MS = 100;
/** As of when this module is loaded: a parent that ends before it is watched has to be noticed as well. */
const parent = process.ppid;

/**
 * Calls `onGone` once the process that started this one has ended. npm passes a SIGTERM on to the shell it runs
 * scripts in, and the shell dies of it without telling its child.
 *
 * @param {() => void} onGone
 * @returns {() => void} the undo
 */
export function watchParent(onGone) {
  const timer = setInterval(() => {
    if (process.ppid === parent && isAlive(parent)) return;
    clearInterval(timer);
    onGone();
  }, POLL_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: there is such a process, and it is somebody else's.
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
