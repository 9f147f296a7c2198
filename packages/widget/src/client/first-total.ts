const FRESH_S = 30;

/**
 * The site's total that the server sent with the script, in `Server-Timing`. It is used if the response is fresh: not from
 * the cache unasked, and of this time.
 */
export function readFirstTotal(scriptUrl: string): number | undefined {
  return (performance.getEntriesByName(scriptUrl) as PerformanceResourceTiming[])
    .find(({ transferSize }) => transferSize)
    ?.serverTiming?.find(
      ({ name, description }) =>
        name === 'live-online' && Math.abs(Date.now() / 1e3 - (description as never)) < FRESH_S,
    )?.duration;
}
