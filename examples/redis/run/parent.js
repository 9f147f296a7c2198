const POLL_MS = 200;

/**
 * Calls `onGone` once the process that started this one has ended: npm passes a signal on to the shell it runs scripts in,
 * which ends without telling its child.
 *
 * @param {() => void} onGone
 */
export function watchParent(onGone) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, POLL_MS);
  timer.unref();
}
