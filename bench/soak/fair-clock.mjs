import { readFileSync } from 'node:fs';

/** Every process of a busy machine waits a little. Only what is at least this share of the time delays others. */
const STALL_SHARE = 0.25;

/**
 * A clock that stops while one of the processes waits for a CPU. On a busy machine a soak must not blame a process that could
 * not run. Linux only; elsewhere it is an ordinary clock.
 */
export class FairClock {
  #pids = ['self'];
  #waited = new Map();
  #fairMs = 0;
  #lookedAt = performance.now();
  /** Recent looks, for `lostWithin`. */
  #losses = [];

  /** @param {number[]} pids The processes beside this one. */
  watch(pids) {
    this.#pids = ['self', ...pids];
  }

  now() {
    return this.#fairMs + Math.max(0, performance.now() - this.#lookedAt);
  }

  /** Reads how long the processes have waited. Call it several times a second. */
  look() {
    const now = performance.now();
    const waited = new Map(this.#pids.map((pid) => [pid, waitedMs(pid)]));
    let lostMs = 0;
    for (const [pid, ms] of waited) lostMs = Math.max(lostMs, ms - (this.#waited.get(pid) ?? ms));
    this.#waited = waited;
    const passed = now - this.#lookedAt;
    this.#fairMs += Math.max(0, passed - lostMs);
    this.#lookedAt = now;
    if (lostMs >= passed * STALL_SHARE) this.#losses.push({ at: now, lostMs: Math.min(lostMs, passed) });
    while (this.#losses.length > 0 && now - this.#losses[0].at > 60_000) this.#losses.shift();
  }

  /** For how much of the last `ms` some process was stalled, in ms. */
  lostWithin(ms) {
    const from = performance.now() - ms;
    return this.#losses.reduce((sum, { at, lostMs }) => (at < from ? sum : sum + lostMs), 0);
  }
}

function waitedMs(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    // It has ended, or this system has no such file.
    return 0;
  }
}
