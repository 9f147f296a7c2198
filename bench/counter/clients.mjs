/** All visitors of a bench, in one process. */
import { setTimeout as rest } from 'node:timers/promises';
import { answer } from '../lib/answer.mjs';
import { percentile } from '../lib/stats.mjs';
import { createCrowd } from './crowd.mjs';

const ADMITTED_POLL_MS = 20;

const crowd = createCrowd();

answer({
  /** `n` clients come and all but one go again, `times` over, so that the server runs as it does after an hour. */
  async warmUp(url, n, times) {
    for (let time = 0; time < times; time++) {
      await crowd.joinTogether(url, n - crowd.members.size);
      await crowd.allShow(n, 0);
      const [, ...leaving] = crowd.members;
      for (const member of leaving) crowd.leave(member);
      await crowd.allShow(1, 0);
    }
  },
  /** All who are missing to `n` come at once; resolves when all show it and nothing is said any more. */
  async storm(url, n, quietMs) {
    crowd.heard.messages = 0;
    const startedAt = performance.now();
    const firstTotals = [];
    await crowd.joinTogether(url, n - crowd.members.size, () => {
      const knockedAt = performance.now();
      return { told: () => firstTotals.push(performance.now() - knockedAt) };
    });
    const allShowSince = await crowd.allShow(n, quietMs);
    return {
      ...crowd.heard,
      settledMs: allShowSince - startedAt,
      firstTotalMs: { p50: percentile(firstTotals, 0.5), p99: percentile(firstTotals, 0.99) },
    };
  },
  /** One more arrival; resolves when all have heard of it. */
  async arrive(url) {
    const before = { ...crowd.heard };
    const total = crowd.members.size + 1;
    await crowd.join(url);
    await crowd.allShow(total, 0);
    return {
      messages: crowd.heard.messages - before.messages,
      pings: crowd.heard.pings - before.pings,
    };
  },
  /** `n` more arrive, on a server that may have nothing to say to them; resolves when each was let in. */
  async fill(url, n) {
    let outside = n;
    await crowd.joinTogether(url, n, () => ({ admitted: () => outside-- }));
    while (outside > 0) {
      crowd.throwIfFailed();
      await rest(ADMITTED_POLL_MS);
    }
  },
  pings: () => crowd.heard.pings,
});
