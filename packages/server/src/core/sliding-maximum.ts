/**
 * The highest value that a changing number had within a window of time. [C4]
 *
 * Falls that follow each other within `grainMs` share one entry, so that a mass exit costs no more than
 * `windowMs / grainMs` entries; a fall may therefore wait up to `grainMs` longer than the window.
 */
export interface SlidingMaximum {
  /** The number is `value` from `nowMs` on. */
  set(value: number, nowMs: number): void;
  /** The highest value since `nowMs - windowMs`. */
  highest(nowMs: number): number;
  /** When the highest value will next change by itself, or `undefined` when it is in force now. */
  nextFallAt(nowMs: number): number | undefined;
}

interface Past {
  readonly value: number;
  /** When the first of the values that share this entry went. */
  readonly since: number;
  /** When the last of them went. */
  until: number;
}

/** Creates a window of `windowMs` over a number that is 0 to begin with. */
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
