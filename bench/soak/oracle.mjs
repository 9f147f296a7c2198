import { REDIS } from './schedule.mjs';

/** A fall is published after 1 s and up to two ticks; the rest is for the network. */
const LAG_MS = 1_700;
/**
 * If a process waited for a CPU for `staleMs` of the last 10 s, servers may lose Redis: totals may be stale. After `deadMs`
 * they may evict each other. A member may never be counted twice.
 */
const STALLED = { withinMs: 10_000, staleMs: 300, deadMs: 5_000 };
const MAX_EXAMPLES = 20;

/**
 * Judges the totals that all clients show, ten times a second. A total is wrong if it is not marked as stale and outside of
 * the range that the clients themselves imply. A total above that range counts a member twice, and is wrong also if it is
 * stale, except with two faults at once.
 */
export class Oracle {
  #names;
  #clock;
  #timeline;
  #fleet;
  #fault;
  #isHealed = true;
  #begun = false;
  #last = {};
  #result = {
    samples: 0,
    judged: 0,
    /** Looks at a time when a process had waited for a CPU for so long that not all rules could hold. */
    stalled: 0,
    wrong: 0,
    double: 0,
    stale: 0,
    staleWithoutFault: 0,
    examples: [],
  };

  /**
   * @param {{ names: string[], clock: import('./fair-clock.mjs').FairClock, timeline: import('./timeline.mjs').Timeline,
   *   fleet: import('./fleet.mjs').Fleet }} parts
   */
  constructor({ names, clock, timeline, fleet }) {
    this.#names = names;
    this.#clock = clock;
    this.#timeline = timeline;
    this.#fleet = fleet;
  }

  begin(what, targets) {
    this.#fault = { what, targets, sinceMs: this.#clock.now(), since: performance.now() };
    this.#isHealed = false;
  }

  healed() {
    this.#isHealed = true;
    this.#fault = { ...this.#fault, what: `after ${this.#fault?.what}` };
  }

  /** All have shown the exact total since the fault. */
  exact() {
    this.#fault = undefined;
    this.#begun = true;
  }

  /** Whether all clients are connected and show the exact total, how many do not, and of which kinds and servers those are. */
  settled() {
    const total = this.#fleet.size;
    const counts = { roaming: 0, different: 0, stale: 0 };
    const by = {};
    for (const { at, kind, shown, isStale } of this.#fleet.all()) {
      const problem =
        shown === undefined ? 'roaming' : isStale ? 'stale' : shown === total ? undefined : 'different';
      if (problem === undefined) continue;
      counts[problem]++;
      const name = at === undefined ? kind : `${kind} at ${at}, ${shown}`;
      by[name] = (by[name] ?? 0) + 1;
    }
    const isExact = counts.roaming + counts.different + counts.stale === 0;
    return { isExact, total, ...counts, by, fairMs: this.#clock.now() };
  }

  look() {
    const result = this.#result;
    /** By server: what its clients show. */
    const shown = new Map(
      this.#names.map((name) => [name, { clients: 0, stale: 0, least: Infinity, most: 0, mostStale: 0 }]),
    );
    for (const { at, shown: total, isStale } of this.#fleet.showing()) {
      const server = shown.get(at);
      server.clients++;
      if (isStale) {
        server.stale++;
        server.mostStale = Math.max(server.mostStale, total);
      } else {
        server.least = Math.min(server.least, total);
        server.most = Math.max(server.most, total);
      }
    }
    this.#last = Object.fromEntries(shown);
    if (!this.#begun) return;
    result.samples++;
    const lost = this.#clock.lostWithin(STALLED.withinMs);
    for (const [name, server] of shown) if (server.clients > 0) this.#judge(name, server, lost);
  }

  #judge(name, server, lostMs) {
    const result = this.#result;
    const { low, high } = this.#timeline.range(name, { lagMs: LAG_MS, fault: this.#fault });
    result.judged++;
    if (lostMs >= STALLED.staleMs) result.stalled++;
    if (server.stale > 0) {
      result.stale++;
      if (this.#fault === undefined && lostMs < STALLED.staleMs) {
        result.staleWithoutFault++;
        this.#note('stale without a fault', name, server, { low, high });
      }
    }
    const most = this.#highestJudged(server, lostMs);
    if (most > high) {
      result.double++;
      this.#note('counts twice', name, server, { low, high });
    } else if (server.least < low && lostMs < STALLED.deadMs) {
      result.wrong++;
      this.#note('too few', name, server, { low, high });
    }
  }

  /** The highest total of a server that counts a member twice if it is too high. */
  #highestJudged({ most, mostStale }, lostMs) {
    const targets = this.#fault?.targets ?? [];
    // What servers remember of moves is in Redis and in the server that dies at the same time.
    if (targets.length > 1 && targets.includes(REDIS)) return 0;
    // A server that is cut off cannot know that another one dies, or what has changed while a process was stalled.
    const isLost = targets.length > 1 || (this.#fault === undefined && lostMs >= STALLED.staleMs);
    return isLost ? most : Math.max(most, mostStale);
  }

  #note(problem, name, { least, most, stale, mostStale, clients }, range) {
    const { examples } = this.#result;
    if (examples.length >= MAX_EXAMPLES) return;
    const { what, since } = this.#fault ?? {};
    const when = what === undefined ? 'no fault' : `${what}, ${Math.round(performance.now() - since)} ms`;
    const totals = `${least} to ${most}, ${stale} of ${clients} clients stale (${mostStale})`;
    const counts = this.#names.map((other) => `${this.#timeline.countAt(other)} at ${other}`).join(', ');
    examples.push(
      `${problem} at ${name} (${when}): shows ${totals}; may be ${range.low} to ${range.high}; ${counts}, of ${this.#fleet.size}`,
    );
  }

  /** What the clients show now, for the chart. */
  sample() {
    const { examples: _, ...counts } = this.#result;
    const servers = Object.fromEntries(
      Object.entries(this.#last).map(([name, { clients, stale, least, most, mostStale }]) => [
        name,
        { clients, stale, least: Number.isFinite(least) ? least : null, most: Math.max(most, mostStale) },
      ]),
    );
    return { clients: this.#fleet.size, servers, ...counts, isFault: !this.#isHealed };
  }

  result() {
    return this.#result;
  }
}
