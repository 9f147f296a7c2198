import { normalizePath } from '@live-online/protocol';

const POLL_MS = 1_000;

/** The page's path, as it is counted. `undefined` if it is too long. */
export function currentPath(): string | undefined {
  return normalizePath(location.pathname);
}

/**
 * Calls `onChange` after the path has changed without a load. Nothing of the page is wrapped: browsers with the Navigation
 * API report every change; in others it looks once a second, and at once after the events of the history.
 *
 * @returns A function that unsubscribes.
 */
export function watchPath(onChange: () => void): () => void {
  const stopping = new AbortController();
  let path = currentPath();
  let timer: ReturnType<typeof setInterval> | undefined;
  const look = (): void => {
    if (path === (path = currentPath())) return;
    onChange();
  };
  const { navigation } = globalThis as { navigation?: EventTarget };
  if (navigation) navigation.addEventListener('currententrychange', look, stopping);
  else {
    addEventListener('popstate', look, stopping);
    addEventListener('hashchange', look, stopping);
    timer = setInterval(look, POLL_MS);
  }
  return () => {
    clearInterval(timer);
    stopping.abort();
  };
}
