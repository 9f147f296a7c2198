/** The addresses that a page has loaded anything from, as far as it can tell. */
export function loadedUrls(): string[] {
  return [...ownWindows(window)].flatMap(({ performance }) =>
    performance.getEntriesByType('resource').map(({ name }) => name),
  );
}

/** A frame without an address of its own has no client either: what it shows is this page's. */
function* ownWindows(parent: Window): Generator<Window> {
  yield parent;
  for (let index = 0; index < parent.length; index++) {
    const frame = parent[index]!;
    try {
      if (!frame.location.href.startsWith('about:')) continue;
    } catch {
      // Another origin's.
      continue;
    }
    yield* ownWindows(frame);
  }
}

let overflowed = false;

/** Remembers more than browsers do by themselves: 250 are soon full. */
export function rememberLoaded(): void {
  performance.setResourceTimingBufferSize(5_000);
  performance.addEventListener('resourcetimingbufferfull', () => (overflowed = true));
}

/** Whether the page may have loaded more than it remembers. */
export function hasForgotten(): boolean {
  return overflowed;
}
