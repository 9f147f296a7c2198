/** Decides what happens in a soak. The rounds are a pure function of the seed: a run with the same seed has the same ones. */
import { createRandom } from './random.mjs';

/** The servers of a soak. Server `a` lives through the whole run, so that the growth of its memory can be measured. */
export const SERVERS = ['a', 'b', 'c'];
export const REDIS = 'redis';

const MORTAL = ['b', 'c'];

/**
 * What can fail: on which targets, and for how many milliseconds. The lease of a server is 8 s, so that some of the durations
 * end before an eviction and some after it.
 *
 * @type {Record<string, { targets: string[], ms: [least: number, most: number] }>}
 */
export const FAULTS = {
  kill: { targets: MORTAL, ms: [500, 5_000] },
  'kill worker': { targets: ['b'], ms: [500, 2_000] },
  restart: { targets: MORTAL, ms: [500, 2_000] },
  freeze: { targets: SERVERS, ms: [1_000, 12_000] },
  'freeze Redis': { targets: [REDIS], ms: [1_000, 10_000] },
  cut: { targets: SERVERS, ms: [1_000, 12_000] },
  reset: { targets: SERVERS, ms: [500, 3_000] },
  'restart Redis': { targets: [REDIS], ms: [200, 5_000] },
  'jump the clock': { targets: ['c'], ms: [2_000, 5_000] },
  'exhaust descriptors': { targets: ['a', 'c'], ms: [2_000, 6_000] },
  'fill the disk': { targets: ['a'], ms: [3_000, 8_000] },
  'close stdout': { targets: SERVERS, ms: [1_000, 3_000] },
};

/** One of so many rounds has a second fault at the same time, on another target. */
const DOUBLE_EVERY = 5;
/** Such a short run has rounds that are short, too, so that most faults happen. */
const SHORT_MINUTES = 10;

/**
 * @typedef {{ kind: string, target: string, ms: number }} Fault
 *
 * @typedef {object} Round
 * @property {number} index
 * @property {number} calmMs Churn without a fault, before the fault.
 * @property {number} churnPerSecond As many clients leave as connect.
 * @property {number} more By how many clients the number of clients differs from the wanted one in this round.
 * @property {number} moves How many clients abandon their connections without a close at the begin of the fault, as after a
 *   change of the network.
 * @property {Fault[]} faults All begin together.
 *
 * @param {{ seed: number, connections: number, minutes: number, canJump?: boolean }} plan `canJump`: whether the clock can jump.
 * @returns {Generator<Round, never>}
 */
export function* roundsOf({ seed, connections, minutes, canJump = true }) {
  const random = createRandom(seed);
  const isShort = minutes < SHORT_MINUTES;
  const kinds = Object.keys(FAULTS).filter((kind) => canJump || kind !== 'jump the clock');
  let deck = [];
  /** Each kind once, in a random order, before any of them again. */
  const draw = () => {
    if (deck.length === 0) deck = random.shuffled(kinds);
    return deck.pop();
  };
  const faultOf = (kind, besides) => {
    const targets = FAULTS[kind].targets.filter((target) => target !== besides);
    if (targets.length === 0) return undefined;
    const [least, most] = FAULTS[kind].ms;
    const ms = random.between(least, isShort ? Math.min(most, least + 3_000) : most);
    return { kind, target: random.pick(targets), ms };
  };
  for (let index = 0; ; index++) {
    const first = faultOf(draw());
    const isDouble = !isShort && random.between(1, DOUBLE_EVERY) === 1;
    // With Redis and a server at the same time nothing could be required but that both come back.
    const second = isDouble ? faultOf(random.pick(kinds), first.target) : undefined;
    yield {
      index,
      calmMs: isShort ? random.between(1_000, 3_000) : random.between(3_000, 9_000),
      churnPerSecond: Math.max(2, Math.round((connections * random.between(2, 10)) / 1_000)),
      more: Math.round((connections * random.between(-50, 50)) / 1_000),
      moves: random.between(0, Math.ceil(connections / 50)),
      faults: second === undefined ? [first] : [first, second],
    };
  }
}
