import { onTestFinished, vi } from 'vitest';
import type { Crowd, Moment } from './crowd.ts';
import { createFairClock } from './fair-clock.ts';
import type { WirePage } from './wire-page.ts';

/**
 * Knows the truth and looks at every page ten times a second: a total that nobody may see at that moment fails the
 * test. What may be seen: any truth of the time that announcing takes, and during the bound of a fault any that was
 * in force since just before it.
 */
export interface Oracle {
  /** From now on the world is another one; for `boundMs` what pages see may still be that of the world before. */
  now(what: string, world: World & { boundMs: number }): void;
  /**
   * Waits until every page that is judged, or those at `names`, show the exact total, unmarked.
   *
   * @returns how long that took since the world changed, in ms.
   * @throws Error if the bound, and the time that announcing takes, passes before.
   */
  exact(names?: string[]): Promise<number>;
  /** Waits until all pages at `names` show totals that are marked as stale, within `withinMs` of the last change. */
  marked(names: string[], withinMs: number): Promise<number>;
  /** Throws if any page has seen what it should not have seen. */
  verify(): void;
}

/** Which servers can reach each other. All that is not said is well. */
export interface World {
  /** Pages that move still count where they were: servers that let them go say so until they are back. */
  moving?: boolean;
  /** Servers that are by themselves: their last total changes with their own pages only, and may be marked. */
  cutOff?: string[];
  /** Servers that cannot say anything: their pages are not judged. */
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
  /** What the others had when a server was cut off. */
  others: Map<string, Range>;
}

/** A fall waits 1 s and up to two ticks; the rest is for the way to the page. */
const LAG_MS = 1_700;
/**
 * Who was kept from running for so long of the last 10 s may say that its totals are old; and who was kept from it
 * most of the time may be taken for dead. Nobody may ever be counted twice.
 */
const STARVED = { withinMs: 10_000, staleMs: 300, deadMs: 5_000 };
/** However busy the machine is, nothing takes longer. */
const MOST_MS = 60_000;
const LOOK_MS = 100;

export function createOracle(crowd: Crowd): Oracle {
  const eras: Era[] = [];
  const stories: string[] = [];
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

  /** What a server could know of a moment. */
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

  /** What the pages of a server may see now. */
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
      // Who leaves a server that cannot say so still counts, until that server is given up.
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

  function judged(): WirePage[] {
    const mute = eras.at(-1)?.mute ?? [];
    return [...crowd.pages].filter(({ at }) => at !== undefined && !mute.includes(at));
  }

  /** How long somebody was kept from running lately. */
  function lostUntil(nowMs: number): number {
    return STARVED.withinMs - clock.between(nowMs - STARVED.withinMs, nowMs);
  }

  function look(): void {
    const nowMs = performance.now();
    const lostMs = lostUntil(nowMs);
    const ranges = new Map<string, Range & { stale: boolean }>();
    for (const page of judged()) {
      const name = page.at!;
      let range = ranges.get(name);
      if (!range) ranges.set(name, (range = allowed(name, nowMs)));
      const { total, stale } = page;
      if (total! >= range.low && total! <= range.high && (!stale || range.stale)) continue;
      if (total! >= 1 && stale && lostMs >= STARVED.staleMs) continue;
      if (total! >= 1 && total! <= range.high && lostMs >= STARVED.deadMs) continue;
      tell(page, range, nowMs);
    }
    looks++;
  }

  function tell(
    { at, total, stale, resumeToken }: WirePage,
    { low, high, stale: may }: Range & { stale: boolean },
    nowMs: number,
  ): void {
    const { what, fromMs, boundMs } = eras.at(-1)!;
    const after = Math.round(clock.between(fromMs, nowMs));
    const { at: counts, roaming } = crowd.since(nowMs)[0]!;
    const story =
      `${after} ms after "${what}" (bound ${boundMs} ms) a page at ${at} (${resumeToken}) shows ${total}${stale ? ' stale' : ''}, ` +
      `may be ${low} to ${high}${may ? ', also stale' : ''}; ` +
      `there are ${[...counts].map(([name, count]) => `${count} at ${name}`).join(', ')}, ${roaming} on their way`;
    if (stories.length < 20) stories.push(story);
  }

  function verify(): void {
    if (stories.length > 0) throw new Error(`wrong totals were seen:\n${stories.join('\n')}`);
  }

  /** Throws unless every page that is judged shows exactly what is true at this moment. */
  function assertExact(names?: string[]): void {
    const [moment] = crowd.since(performance.now()) as [Moment];
    const era = eras.at(-1)!;
    if (moment.roaming > 0) throw new Error(`${moment.roaming} pages are on their way`);
    for (const { at, total, stale } of judged()) {
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
          // What is wrong stays wrong: there is no need to wait for more of it.
          if (stories.length > 0) return;
          try {
            check();
          } catch (error) {
            const isDead = lostUntil(performance.now()) >= STARVED.deadMs;
            if (passedMs() < withinMs || isDead) throw error;
            stories.push(`${Math.round(passedMs())} ms after "${what}": ${(error as Error).message}`);
          }
        },
        { timeout: MOST_MS, interval: 20 },
      );
    } catch (error) {
      stories.push(`${MOST_MS} ms after "${what}": ${(error as Error).message}`);
    }
    verify();
    return passedMs();
  }

  begin('the start', { boundMs: 20_000 });
  const looking = setInterval(() => {
    // After what has come meanwhile: a process that was kept from running gets to its timers first.
    setImmediate(() => {
      clock.look();
      // Until all pages are in and have been told the same, everybody may be on the way to know everybody.
      if (eras.length > 1 || isSettled) look();
    });
  }, LOOK_MS);
  onTestFinished(() => {
    clearInterval(looking);
    if (looks === 0) throw new Error('the oracle has never looked');
    verify();
  });

  return {
    now: (what, world) => void begin(what, world),
    async exact(names) {
      const era = eras.at(-1)!;
      const tookMs = await within(era.boundMs + LAG_MS, () => assertExact(names));
      isSettled = true;
      // A test may be over before the next timer.
      look();
      // From here on nothing of before may be seen.
      era.boundMs = Math.min(era.boundMs, tookMs);
      return tookMs;
    },
    marked: (names, withinMs) =>
      within(withinMs, () => {
        for (const name of names) {
          const fresh = crowd.at(name).filter(({ stale }) => !stale).length;
          if (fresh > 0) throw new Error(`${fresh} pages at ${name} are not told that their total is old`);
        }
      }),
    verify,
  };
}
