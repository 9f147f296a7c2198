import { watchParent } from './parent.mjs';
import { endAll } from './run.mjs';

/**
 * Ends this process, and every command it runs, at SIGINT, at SIGTERM, or when its parent has ended.
 *
 * @returns {() => void} removes these handlers
 */
export function guard() {
  /** @param {number} code */
  const end = (code) => {
    endAll();
    process.exit(code);
  };
  const interrupt = () => end(130);
  const terminate = () => end(143);
  const unwatch = watchParent(terminate);
  process.on('SIGTERM', terminate);
  process.on('SIGINT', interrupt);
  return () => {
    unwatch();
    process.off('SIGTERM', terminate);
    process.off('SIGINT', interrupt);
  };
}
