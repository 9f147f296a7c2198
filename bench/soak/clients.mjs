/** The process of all clients of a soak, and its oracle. */
import { answer } from '../lib/answer.mjs';
import { FairClock } from './fair-clock.mjs';
import { Fleet } from './fleet.mjs';
import { Oracle } from './oracle.mjs';
import { createRandom } from './random.mjs';
import { Timeline } from './timeline.mjs';

const PACE_MS = 20;
const LOOK_MS = 100;

const clock = new FairClock();
let fleet;
let oracle;
let timeline;
let pacing;
let looking;

/** Adds clients until there are `n`, at `rate` a second, while `churn` leave and as many connect each second. */
function pace(n, rate, churn) {
  clearInterval(pacing);
  let lastAt = performance.now();
  let [due, churnDue] = [0, 0];
  pacing = setInterval(() => {
    const now = performance.now();
    // After a pause of this process the clients do not all act at once.
    const seconds = Math.min(now - lastAt, 200) / 1_000;
    lastAt = now;
    due += seconds * rate;
    churnDue += seconds * churn;
    for (; churnDue >= 1; churnDue--) {
      fleet.remove();
      fleet.add();
    }
    for (; due >= 1; due--) {
      if (fleet.size < n) fleet.add();
      else if (fleet.size > n) fleet.remove();
    }
  }, PACE_MS);
}

answer({
  open(servers, seed) {
    const names = servers.map(({ name }) => name);
    timeline = new Timeline(names, () => clock.now());
    fleet = new Fleet(servers, createRandom(seed), timeline);
    oracle = new Oracle({ names, clock, timeline, fleet });
    // After pending messages: a process that could not run executes its timers first.
    looking = setInterval(() => {
      clock.look();
      setImmediate(() => oracle.look());
    }, LOOK_MS);
  },
  watch: (pids) => clock.watch(pids),
  pace,
  /** Nothing changes by itself any more. */
  pause: () => clearInterval(pacing),
  move(n) {
    for (let index = 0; index < n; index++) fleet.move();
  },
  /** A fault begins. */
  fault: (what, targets) => oracle.begin(what, targets),
  /** The fault has ended. From `exact` on, no total of before is allowed. */
  healed: () => oracle.healed(),
  exact: () => oracle.exact(),
  settled: () => oracle.settled(),
  sample: () => oracle.sample(),
  result: () => ({ ...oracle.result(), counters: fleet.counters, failures: fleet.failures }),
  close: () => clearInterval(looking),
});
