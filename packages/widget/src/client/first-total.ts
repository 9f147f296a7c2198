const FRESH_S = 30;

/**
 * The site's total that the server sent with the script, in `Server-Timing`. It is used if the response is fresh: not from
 * the cache unasked, and of this time.
 */
export function readFirstTotal(scriptUrl: string): number | undefined {
  const [entry] = performance.getEntriesByName(scriptUrl) as PerformanceResourceTiming[];
  if (!entry?.transferSize) return undefined;
  return entry.serverTiming?.find(
    ({ name, description }) => name === 'live-online' && Math.abs(Date.now() / 1e3 - +description) < FRESH_S,
  )?.duration;
}
