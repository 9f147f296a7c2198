/** All clients of a benchmark, in one process. */
import { setTimeout as rest } from 'node:timers/promises';
import { answer } from '../lib/answer.mjs';
import { cpuMs } from '../lib/cpu.mjs';
import { percentile } from '../lib/stats.mjs';
import { createCrowd } from './crowd.mjs';

const ADMITTED_POLL_MS = 20;

const crowd = createCrowd();

/** All clients but one disconnect. Resolves when it shows 1. */
async function empty(quietMs = 0) {
  const [, ...leaving] = crowd.members;
  for (const member of leaving) crowd.leave(member);
  await crowd.allShow(1, quietMs);
}

answer({
  cpuMs,
  empty,
  /** @param {import('./client.mjs').ClientKind} kind */
  use: (kind) => crowd.use(kind),
  /** `n` clients connect and all but one disconnect again, `times` times, so that the server's hot code is compiled. */
  async warmUp(url, n, times) {
    for (let time = 0; time < times; time++) {
      await crowd.joinTogether(url, n - crowd.members.size);
      await crowd.allShow(n, 0);
      await empty();
    }
  },
  /** Connects clients at once until there are `n`. Resolves when all show `n` and no message arrives any more. */
  async storm(url, n, quietMs) {
    Object.assign(crowd.received, { messages: 0, pings: 0, joinedAtOnce: 0 });
    const cpuBefore = cpuMs();
    const startedAt = performance.now();
    const firstTotals = [];
    await crowd.joinTogether(url, n - crowd.members.size, () => {
      const openedAt = performance.now();
      return { firstTotal: () => firstTotals.push(performance.now() - openedAt) };
    });
    const allShowSince = await crowd.allShow(n, quietMs);
    return {
      ...crowd.received,
      clientsCpuMs: cpuMs() - cpuBefore,
      settledMs: allShowSince - startedAt,
      firstTotalMs: { p50: percentile(firstTotals, 0.5), p99: percentile(firstTotals, 0.99) },
    };
  },
  /** Connects one more client. Resolves when all show the new total. */
  async arrive(url) {
    const before = { ...crowd.received };
    const total = crowd.members.size + 1;
    await crowd.join(url);
    await crowd.allShow(total, 0);
    return {
      messages: crowd.received.messages - before.messages,
      pings: crowd.received.pings - before.pings,
    };
  },
  /** Connects `n` more clients, to a server that may send no totals. Resolves when each has its CONNECT answer. */
  async fill(url, n) {
    let waiting = n;
    await crowd.joinTogether(url, n, () => ({ admitted: () => waiting-- }));
    while (waiting > 0) {
      crowd.throwIfFailed();
      await rest(ADMITTED_POLL_MS);
    }
  },
  pings: () => crowd.received.pings,
  /** Totals, pings and heartbeats until now, and how many clients have joined at once. */
  received: () => ({ ...crowd.received, beats: crowd.beats() }),
});
