/** Clients that connect and disconnect all the time, all in one process. */
import { setTimeout as rest } from 'node:timers/promises';
import { answer } from '../lib/answer.mjs';
import { percentile } from '../lib/stats.mjs';
import { createCrowd } from './crowd.mjs';
import { createLag } from './lag.mjs';

const SAMPLE_MS = 20;
/** For this long two connect for each that disconnects, then two disconnect for each that connects. */
const SWELL_MS = 1_500;
const PACE_MS = 1;

const crowd = createCrowd();
/** Members that have received a total, and so may disconnect. */
const settled = [];
let lag;
let pacing;
let changes = 0;
let firstTotals = [];

function arrive(url) {
  const startedAt = performance.now();
  const watch = {
    connecting: () => lag.connecting(),
    firstTotal(member) {
      lag.counted();
      firstTotals.push(performance.now() - startedAt);
      settled.push(member);
      changes++;
    },
  };
  // `throwIfFailed` reports it.
  crowd.join(url, watch).catch(() => {});
}

/** Disconnects a random member, whenever it connected. */
function depart() {
  const index = Math.floor(Math.random() * settled.length);
  const member = settled[index];
  if (member === undefined) return;
  settled[index] = settled.at(-1);
  settled.pop();
  lag.leaving();
  crowd.leave(member, () => lag.left());
  changes++;
}

answer({
  async gather(url, n) {
    await crowd.joinTogether(url, n, () => ({ firstTotal: (member) => settled.push(member) }));
    await crowd.allShow(n, 0);
  },
  /** From now on `rate` clients connect and `rate` clients disconnect each second, on average. */
  churn(url, rate) {
    lag = createLag(settled.length);
    const startedAt = performance.now();
    const changesAMs = (2 * rate) / 1_000;
    let done = 0;
    pacing = setInterval(() => {
      const due = (performance.now() - startedAt) * changesAMs;
      for (; done < due; done++) {
        // Starts in the middle of a rise, so that the count is above and below its size equally often.
        const swelling = Math.floor(done / changesAMs / SWELL_MS + 0.5) % 2 === 0;
        const isThird = done % 3 === 0;
        if (swelling !== isThird) arrive(url);
        else depart();
      }
    }, PACE_MS);
  },
  /** Samples the totals that all clients show for `ms`. Resolves to the figures of this time. */
  async watch(ms) {
    firstTotals = [];
    const before = { changes, messages: crowd.received.messages };
    const sampling = setInterval(() => lag.sample(crowd.showing), SAMPLE_MS);
    await rest(ms);
    clearInterval(sampling);
    crowd.throwIfFailed();
    return {
      changes: changes - before.changes,
      messages: crowd.received.messages - before.messages,
      firstTotalMs: percentile(firstTotals, 0.99),
    };
  },
  /** Stops the changes. Resolves when all clients show the number of clients. */
  async settle() {
    clearInterval(pacing);
    await crowd.allShow(crowd.members.size, 0);
  },
  lag: () => lag.result(),
});
