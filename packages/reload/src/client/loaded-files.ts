import { matchUrls } from './match-urls.ts';

let hasOverflowed = false;

/** Records more addresses than browsers do by default: 250 are soon exceeded. */
export function recordLoadedFiles(): void {
  performance.setResourceTimingBufferSize(5_000);
  performance.addEventListener('resourcetimingbufferfull', () => (hasOverflowed = true));
}

/** Whether the page, or a script in it, may have loaded a file. */
export function mayHaveLoaded(path: string, exact: boolean): boolean {
  const urls = [...ownWindows(window)].flatMap(({ performance }) =>
    performance.getEntriesByType('resource').map(({ name }) => name),
  );
  return !exact || hasOverflowed || urls.some(matchUrls([path], exact, urls));
}

/** The page and its frames without an address: these have no client of their own, so this page updates what they show. */
function* ownWindows(parent: Window): Generator<Window> {
  yield parent;
  for (let index = 0; index < parent.length; index++) {
    const frame = parent[index]!;
    try {
      if (!frame.location.href.startsWith('about:')) continue;
    } catch {
      // It belongs to another origin.
      continue;
    }
    yield* ownWindows(frame);
  }
}
