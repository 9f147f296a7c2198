/** A count that changes, with its history by the millisecond. */
export function createTimeline(startedAt, count) {
  let current = count;
  /** The highest count within each millisecond since the start. */
  const highest = [count];

  function fillUpTo(now) {
    const ms = Math.floor(now - startedAt);
    while (highest.length <= ms) highest.push(current);
    return ms;
  }

  return {
    change(by, now) {
      const ms = fillUpTo(now);
      current += by;
      highest[ms] = Math.max(highest[ms], current);
    },
    /**
     * For every millisecond up to now, the highest count from `first` to `last` milliseconds before it.
     *
     * @returns {number[]}
     */
    highestWithin(first, last, now) {
      fillUpTo(now);
      return highest.map((_, ms) => {
        const window = highest.slice(Math.max(0, ms - first), Math.max(0, ms - last) + 1);
        return Math.max(...window);
      });
    },
  };
}
