/** Visitors who come and go all the time, all in one process. */
import { setTimeout as rest } from 'node:timers/promises';
import { answer } from '../lib/answer.mjs';
import { percentile } from '../lib/stats.mjs';
import { createCrowd } from './crowd.mjs';
import { createLag } from './lag.mjs';

const SAMPLE_MS = 20;
/** For so long two come for each who goes, then two go for each who comes. */
const SWELL_MS = 1_500;
const PACE_MS = 1;

const crowd = createCrowd();
/** Those who may leave: they were told a total. */
const settled = [];
let lag;
let pacing;
let changes = 0;
let firstTotals = [];

function arrive(url) {
  const startedAt = performance.now();
  const watch = {
    asked: () => lag.asked(),
    told(member) {
      lag.told();
      firstTotals.push(performance.now() - startedAt);
      settled.push(member);
      changes++;
    },
  };
  // The crowd remembers who failed.
  crowd.join(url, watch).catch(() => {});
}

/** Anyone leaves, be it somebody who has been here from the start or somebody who has just come. */
function depart() {
  const index = Math.floor(Math.random() * settled.length);
  const member = settled[index];
  if (member === undefined) return;
  settled[index] = settled.at(-1);
  settled.pop();
  lag.leaving();
  crowd.leave(member, () => lag.gone());
  changes++;
}

answer({
  async gather(url, n) {
    await crowd.joinTogether(url, n, () => ({ told: (member) => settled.push(member) }));
    await crowd.allShow(n, 0);
  },
  /** From now on `rate` people come and `rate` people go each second, on average. */
  churn(url, rate) {
    lag = createLag(settled.length);
    const startedAt = performance.now();
    const changesAMs = (2 * rate) / 1_000;
    let done = 0;
    pacing = setInterval(() => {
      const due = (performance.now() - startedAt) * changesAMs;
      for (; done < due; done++) {
        // It begins in the middle of a swell, so that the crowd is as much above its size as below.
        const swelling = Math.floor(done / changesAMs / SWELL_MS + 0.5) % 2 === 0;
        const isThird = done % 3 === 0;
        if (swelling !== isThird) arrive(url);
        else depart();
      }
    }, PACE_MS);
  },
  /** Looks at what everybody shows for `ms`; resolves to what happened meanwhile. */
  async watch(ms) {
    firstTotals = [];
    const before = { changes, messages: crowd.heard.messages };
    const sampling = setInterval(() => lag.sample(crowd.showing), SAMPLE_MS);
    await rest(ms);
    clearInterval(sampling);
    crowd.throwIfFailed();
    return {
      changes: changes - before.changes,
      messages: crowd.heard.messages - before.messages,
      firstTotalMs: percentile(firstTotals, 0.99),
    };
  },
  /** Nobody comes or goes any more; resolves when everybody shows how many are here. */
  async settle() {
    clearInterval(pacing);
    await crowd.allShow(crowd.members.size, 0);
  },
  lag: () => lag.result(),
});
