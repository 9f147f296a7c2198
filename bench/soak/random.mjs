/**
 * A generator of random numbers that gives the same ones for the same seed (mulberry32). Nothing here needs secrets or an even
 * distribution beyond 32 bits.
 *
 * @typedef {ReturnType<typeof createRandom>} Random
 *
 * @param {number} seed A whole number.
 */
export function createRandom(seed) {
  let state = seed >>> 0;
  /** From 0 to 1, without 1. */
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  /** A whole number from `least` to `most`, both included. */
  const between = (least, most) => least + Math.floor(next() * (most - least + 1));
  const pick = (list) => list[between(0, list.length - 1)];
  /** A copy of the list in a random order. */
  const shuffled = (list) => {
    const copy = [...list];
    for (let at = copy.length - 1; at > 0; at--) {
      const other = between(0, at);
      [copy[at], copy[other]] = [copy[other], copy[at]];
    }
    return copy;
  };
  return { next, between, pick, shuffled };
}
