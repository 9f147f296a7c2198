/** The addresses that a page has loaded anything from, as far as it can tell. */
export function loadedUrls(): string[] {
  return performance.getEntriesByType('resource').map(({ name }) => name);
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
