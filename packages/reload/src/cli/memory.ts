import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What was read is kept for the next start a moment later, which leaves something, too. */
const REST_MS = 2_000;

/**
 * Collects what reading every file once has left, a little later: so little happens afterwards that it would lie there for
 * days. Returns the undo.
 */
export function giveMemoryBack(): () => void {
  const timer = setTimeout(() => {
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
  }, REST_MS).unref();
  return () => clearTimeout(timer);
}
