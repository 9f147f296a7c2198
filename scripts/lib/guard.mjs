import { watchParent } from './parent.mjs';
import { endAll } from './run.mjs';

/**
 * Ends this process, and every command it runs, when it is told to or when whoever started it has gone.
 *
 * @returns {() => void} the undo
 */
export function guard() {
  /** @param {number} code */
  const end = (code) => {
    endAll();
    process.exit(code);
  };
  const interrupt = () => end(130);
  const terminate = () => end(143);
  const undo = watchParent(terminate);
  process.on('SIGTERM', terminate);
  process.on('SIGINT', interrupt);
  return () => {
    undo();
    process.off('SIGTERM', terminate);
    process.off('SIGINT', interrupt);
  };
}
