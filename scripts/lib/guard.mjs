import { watchParent } from './parent.mjs';
import { endAll } from './run.mjs';

/**
 * Ends this process, and every command it runs, when it is told to or when whoever started it has gone.
 *
 * @returns {() => void} the undo
 */
export function guard() {
  const end = () => {
    endAll();
    process.exit(143);
  };
  const undo = watchParent(end);
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  return () => {
    undo();
    process.off('SIGTERM', end);
    process.off('SIGINT', end);
  };
}
