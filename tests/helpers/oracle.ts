import { onTestFinished, vi } from 'vitest';
import type { Crowd, Moment } from './crowd.ts';
import { createFairClock } from './fair-clock.ts';
import type { WirePage } from './wire-page.ts';

/**
 * Checks every page ten times a second, and fails the test at a total that is not allowed at that moment. Allowed is any
 * total that was right within the time that publishing takes and, within the bound of a fault, since just before it.
 */
export interface Oracle {
  /** Begins an era. For `boundMs` pages may still show totals of the era before. */
  now(what: string, world: World & { boundMs: number }): void;
  /**
   * Waits until every page that is checked, or those at `names`, show the exact total, and not as stale.
   *
   * @returns how long that took since the era began, in ms.
   * @throws Error if that takes longer than the bound and the time that publishing takes.
   */
  exact(names?: string[]): Promise<number>;
  /** Waits until all pages at `names` show stale totals, within `withinMs` of the begin of the era. */
  marked(names: string[], withinMs: number): Promise<number>;
  /** Throws if any page has shown a total that was not allowed. */
  verify(): void;
}

/** Which servers can reach each other. By default all can. */
interface World {
  /** Migrated pages still count at the server that they left, until they reconnect. */
  moving?: boolean;
  /** Isolated servers: their total changes with their own pages only, and may be stale. */
  cutOff?: string[];
  /** Servers that cannot send: their pages are not checked. */
  mute?: string[];
}

interface Range {
  low: number;
  high: number;
}

interface Era extends World {
  what: string;
  fromMs: number;
  boundMs: number;
  /** The pages of the other servers at the moment when a server was isolated. */
  others: Map<string, Range>;
}

/** A decrease is published after 1 s and up to two ticks; the rest is for the network. */
const LAG_MS = 1_700;
/**
 * If a process waited for a CPU for `staleMs` of the last 10 s, totals may be stale. After `deadMs`, servers may evict each
 * other. No member may ever be counted twice.
 */
const STARVED = { withinMs: 10_000, staleMs: 300, deadMs: 5_000 };
/** The longest wait on a busy machine. */
const TIMEOUT_MS = 60_000;
const LOOK_MS = 100;

export function createOracle(crowd: Crowd): Oracle {
  const eras: Era[] = [];
  const violations: string[] = [];
  const clock = createFairClock();
  let looks = 0;
  let isSettled = false;

  function begin(what: string, world: World & { boundMs: number }): Era {
    const era: Era = { ...world, what, fromMs: performance.now(), others: new Map() };
    for (const name of world.cutOff ?? []) {
      const last = eras.at(-1);
      const known = last?.others.get(name);
      const [moment] = crowd.since(era.fromMs) as [Moment];
      const others = reach(last ?? era, name, moment);
      const own = moment.at.get(name) ?? 0;
      era.others.set(name, known ?? { low: others.low - own, high: others.high - own });
    }
    eras.push(era);
    return era;
  }

  /** The totals that a server could have known in a state. */
  function reach(era: Era, name: string, { at, roaming, moving }: Moment): Range {
    let low = 0;
    if (era.others.has(name)) {
      const { low: least, high: most } = era.others.get(name)!;
      const own = at.get(name) ?? 0;
      return { low: own + least, high: own + roaming + most };
    }
    for (const [other, count] of at) if (sees(era, name, other)) low += count;
    return { low: era.moving ? low + moving : low, high: low + roaming };
  }

  function sees({ cutOff = [] }: Era, name: string, other: string): boolean {
    return name === other || !(cutOff.includes(name) || cutOff.includes(other));
  }

  /** The totals that the pages of a server may show now. */
  function allowed(name: string, nowMs: number): Range & { stale: boolean } {
    const era = eras.at(-1)!;
    const isBound = clock.between(era.fromMs, nowMs) < era.boundMs + LAG_MS;
    const admissible = isBound ? eras.slice(-2) : [era];
    const range = { low: Infinity, high: -Infinity, stale: false };
    const moments = crowd.since(clock.before(isBound ? era.fromMs : nowMs, LAG_MS));
    for (const moment of moments) {
      for (const one of admissible) {
        const { low, high } = reach(one, name, moment);
        range.low = Math.min(range.low, low);
        range.high = Math.max(range.high, high);
      }
    }
    if (isBound && !era.others.has(name)) {
      // A page that leaves an isolated server still counts, until the others evict that server.
      const visible = Math.max(...moments.map((moment) => reach(era, name, moment).high));
      const lost = [...era.others.keys()].map((other) =>
        Math.max(...moments.map(({ at }) => at.get(other) ?? 0)),
      );
      range.high = Math.max(
        range.high,
        lost.reduce((a, b) => a + b, visible),
      );
    }
    range.low = Math.max(1, range.low);
    range.stale = admissible.some(({ cutOff }) => cutOff?.includes(name));
    return range;
  }

  function pagesToCheck(): WirePage[] {
    const mute = eras.at(-1)?.mute ?? [];
    return [...crowd.pages].filter(({ at }) => at !== undefined && !mute.includes(at));
  }

  /** For how long some process waited for a CPU lately, in ms. */
  function lostUntil(nowMs: number): number {
    return STARVED.withinMs - clock.between(nowMs - STARVED.withinMs, nowMs);
  }

  function look(): void {
    const nowMs = performance.now();
    const lostMs = lostUntil(nowMs);
    const ranges = new Map<string, Range & { stale: boolean }>();
    for (const page of pagesToCheck()) {
      const name = page.at!;
      let range = ranges.get(name);
      if (!range) ranges.set(name, (range = allowed(name, nowMs)));
      const { total, stale } = page;
      if (total! >= range.low && total! <= range.high && (!stale || range.stale)) continue;
      if (total! >= 1 && stale && lostMs >= STARVED.staleMs) continue;
      if (total! >= 1 && total! <= range.high && lostMs >= STARVED.deadMs) continue;
      report(page, range, nowMs);
    }
    looks++;
  }

  function report(
    { at, total, stale, resumeToken }: WirePage,
    { low, high, stale: may }: Range & { stale: boolean },
    nowMs: number,
  ): void {
    const { what, fromMs, boundMs } = eras.at(-1)!;
    const after = Math.round(clock.between(fromMs, nowMs));
    const { at: counts, roaming } = crowd.since(nowMs)[0]!;
    const violation =
      `${after} ms after "${what}" (bound ${boundMs} ms) a page at ${at} (${resumeToken}) shows ${total}${stale ? ' stale' : ''}, ` +
      `may be ${low} to ${high}${may ? ', also stale' : ''}; ` +
      `there are ${[...counts].map(([name, count]) => `${count} at ${name}`).join(', ')}, ${roaming} on their way`;
    if (violations.length < 20) violations.push(violation);
  }

  function verify(): void {
    if (violations.length > 0) throw new Error(`pages have shown wrong totals:\n${violations.join('\n')}`);
  }

  /** Throws unless every page that is checked shows the exact total of this moment. */
  function assertExact(names?: string[]): void {
    const [moment] = crowd.since(performance.now()) as [Moment];
    const era = eras.at(-1)!;
    if (moment.roaming > 0) throw new Error(`${moment.roaming} pages are on their way`);
    for (const { at, total, stale } of pagesToCheck()) {
      if (names && !names.includes(at!)) continue;
      const { low } = reach(era, at!, moment);
      if (total !== low || stale) {
        throw new Error(`a page at ${at} shows ${total}${stale ? ' stale' : ''} instead of ${low}`);
      }
    }
  }

  async function within(withinMs: number, check: () => void): Promise<number> {
    const { fromMs, what } = eras.at(-1)!;
    const passedMs = (): number => clock.between(fromMs, performance.now());
    try {
      await vi.waitFor(
        () => {
          // The test fails anyway.
          if (violations.length > 0) return;
          try {
            check();
          } catch (error) {
            const isDead = lostUntil(performance.now()) >= STARVED.deadMs;
            if (passedMs() < withinMs || isDead) throw error;
            violations.push(`${Math.round(passedMs())} ms after "${what}": ${(error as Error).message}`);
          }
        },
        { timeout: TIMEOUT_MS, interval: 20 },
      );
    } catch (error) {
      violations.push(`${TIMEOUT_MS} ms after "${what}": ${(error as Error).message}`);
    }
    verify();
    return passedMs();
  }

  begin('the start', { boundMs: 20_000 });
  const looking = setInterval(() => {
    // After the pending messages: a process that could not run executes its timers first.
    setImmediate(() => {
      clock.look();
      // Until all pages are connected and have received the same total, servers may not know each other yet.
      if (eras.length > 1 || isSettled) look();
    });
  }, LOOK_MS);
  onTestFinished(() => {
    clearInterval(looking);
    if (looks === 0) throw new Error('the oracle has never checked');
    verify();
  });

  return {
    now: (what, world) => void begin(what, world),
    async exact(names) {
      const era = eras.at(-1)!;
      const tookMs = await within(era.boundMs + LAG_MS, () => assertExact(names));
      isSettled = true;
      // The test may end before the next timer.
      look();
      // From here on no total of the era before is allowed.
      era.boundMs = Math.min(era.boundMs, tookMs);
      return tookMs;
    },
    marked: (names, withinMs) =>
      within(withinMs, () => {
        for (const name of names) {
          const fresh = crowd.at(name).filter(({ stale }) => !stale).length;
          if (fresh > 0) throw new Error(`${fresh} pages at ${name} show a total that is not stale`);
        }
      }),
    verify,
  };
}
