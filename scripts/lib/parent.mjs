const POLL_MS = 100;
/** Read when this module is loaded: a parent that ends before `watchParent` is called is noticed, too. */
const parent = process.ppid;

/**
 * Calls `onGone` after the process that started this one has ended. npm runs scripts in a shell, and sends its SIGTERM only
 * to that shell, which ends without a signal to this process.
 *
 * @param {() => void} onGone
 * @returns {() => void} stops watching
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
    // EPERM: the process exists, and belongs to another user.
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
