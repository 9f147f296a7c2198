/**
 * The highest value of a number within a sliding window of time. [C4]
 *
 * Falls within `grainMs` share one entry, so that there are at most `windowMs / grainMs` entries. A fall may
 * therefore take effect up to `grainMs` late.
 */
export interface SlidingMaximum {
  /** The number is `value` from `nowMs` on. */
  set(value: number, nowMs: number): void;
  /** The highest value since `nowMs - windowMs`. */
  highest(nowMs: number): number;
  /** When the highest value next falls by itself; `undefined` if it is the current value. */
  nextFallAt(nowMs: number): number | undefined;
}

interface Past {
  readonly value: number;
  /** When the first of the values that share this entry ended. */
  readonly since: number;
  /** When the last of them ended. */
  until: number;
}

/** The number is 0 at first. */
export function createSlidingMaximum(windowMs: number, grainMs: number): SlidingMaximum {
  let current = 0;
  // Past values that are higher than everything after them, oldest and highest first.
  const past: Past[] = [];

  function forget(nowMs: number): void {
    while (past[0] && past[0].until + windowMs <= nowMs) past.shift();
  }

  return {
    set(value, nowMs) {
      forget(nowMs);
      if (value < current) {
        const last = past.at(-1);
        if (last && last.value >= current && nowMs - last.since < grainMs) last.until = nowMs;
        else past.push({ value: current, since: nowMs, until: nowMs });
      }
      current = value;
      while (past.at(-1) && past.at(-1)!.value <= value) past.pop();
    },
    highest(nowMs) {
      forget(nowMs);
      return past[0]?.value ?? current;
    },
    nextFallAt(nowMs) {
      forget(nowMs);
      return past[0] && past[0].until + windowMs;
    },
  };
}
