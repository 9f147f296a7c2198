import type { Connect } from '../connection.ts';

/** A connection that is closed while the page is hidden. The state stays as it is meanwhile. */
export function freezeWhenHidden(connect: Connect, ...args: Parameters<Connect>): () => void {
  let close: (() => void) | undefined;
  const update = (): void => {
    if (document.hidden) close = close?.() as undefined;
    else close ??= connect(...args);
  };
  document.addEventListener('visibilitychange', update);
  update();
  return () => {
    document.removeEventListener('visibilitychange', update);
    close?.();
  };
}
