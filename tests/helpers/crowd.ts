import { onTestFinished, vi } from 'vitest';
import { openWirePage, type Address, type WirePage } from './wire-page.ts';

/** The pages of a test, and where they were at any moment: the truth that totals are held against. */
export interface Crowd {
  readonly pages: ReadonlySet<WirePage>;
  /** Where pages that look for a server may go. Tests change it at will. */
  addresses: Address[];
  /** Is told of each total that a page hears. */
  onTold: (page: WirePage) => void;
  /** How many connections ended before they were let in. */
  readonly failures: number;
  /** The longest time that a page took from the loss of a connection until it was let in again, in ms. */
  readonly longestWayMs: number;
  /** Opens `n` pages within `spreadMs`; with `at`, they go there first. */
  open(n: number, options?: { at?: string; spreadMs?: number }): WirePage[];
  /** Waits until each page is let in somewhere. */
  settled(withinMs?: number): Promise<void>;
  /** Waits until every page has noticed that it has lost its server. */
  lost(name: string): Promise<void>;
  /** Those that are let in at an address. */
  at(name: string): WirePage[];
  /** The truth as it is, and as it was from `sinceMs` on: oldest first, beginning with what was in force then. */
  since(sinceMs: number): Moment[];
}

export interface Moment {
  /** From when on, as of `performance.now()`. */
  readonly atMs: number;
  /** How many pages are let in at each address. */
  readonly at: ReadonlyMap<string, number>;
  /** How many are on their way: some server may still count them, and never more than one. */
  readonly roaming: number;
  /** How many of these were let in before. */
  readonly moving: number;
}

/** How far back the truth is remembered, in ms. */
const MEMORY_MS = 30_000;

export function createCrowd(addresses: Address[], origin = 'https://faults.example'): Crowd {
  const pages = new Set<WirePage>();
  const lostAt = new Map<WirePage, number>();
  let failures = 0;
  let longestWayMs = 0;
  let moments: Moment[] = [{ atMs: performance.now(), at: new Map(), roaming: 0, moving: 0 }];

  function record(page: WirePage, from: string | undefined): void {
    const last = moments.at(-1)!;
    const at = new Map(last.at);
    if (from !== undefined) at.set(from, at.get(from)! - 1);
    if (page.at !== undefined) at.set(page.at, (at.get(page.at) ?? 0) + 1);
    let counted = 0;
    for (const count of at.values()) counted += count;
    moments.push({ atMs: performance.now(), at, roaming: pages.size - counted, moving: lostAt.size });
  }

  /** Another address than the one that did not do, if there is one. */
  function choose(from: string | undefined): Address {
    const others = crowd.addresses.filter(({ name }) => name !== from);
    const choice = others.length > 0 ? others : crowd.addresses;
    return choice[Math.floor(Math.random() * choice.length)]!;
  }

  const crowd: Crowd = {
    pages,
    get failures() {
      return failures;
    },
    get longestWayMs() {
      return longestWayMs;
    },
    addresses,
    onTold: () => {},
    open(n, { at, spreadMs = 100 } = {}) {
      return Array.from({ length: n }, (_, i) => {
        let first = crowd.addresses.find(({ name }) => name === at);
        const page = openWirePage({
          origin,
          delayMs: (i * spreadMs) / n,
          choose(from) {
            const chosen = first ?? choose(from);
            first = undefined;
            return chosen;
          },
          moved(moving, from) {
            const nowMs = performance.now();
            if (moving.isClosed) pages.delete(moving);
            else if (from !== undefined) lostAt.set(moving, nowMs);
            else if (moving.at === undefined) failures++;
            if (moving.isClosed || moving.at !== undefined) {
              longestWayMs = Math.max(longestWayMs, nowMs - (lostAt.get(moving) ?? nowMs));
              lostAt.delete(moving);
            }
            record(moving, from);
          },
          told: (telling) => crowd.onTold(telling),
        });
        pages.add(page);
        record(page, undefined);
        return page;
      });
    },
    settled: (withinMs = 60_000) =>
      vi.waitFor(
        () => {
          const roaming = [...pages].filter((page) => page.at === undefined).length;
          if (roaming > 0) throw new Error(`${roaming} of ${pages.size} pages are on their way`);
        },
        { timeout: withinMs, interval: 20 },
      ),
    lost: (name) =>
      vi.waitFor(
        () => {
          if (crowd.at(name).length > 0) throw new Error(`pages still believe that ${name} is there`);
        },
        { interval: 10 },
      ),
    at: (name) => [...pages].filter((page) => page.at === name),
    since(sinceMs) {
      let first = moments.length - 1;
      while (first > 0 && moments[first]!.atMs > sinceMs) first--;
      return moments.slice(first);
    },
  };
  const pruning = setInterval(() => {
    moments = crowd.since(performance.now() - MEMORY_MS);
  }, 1_000);
  onTestFinished(() => {
    clearInterval(pruning);
    for (const page of pages) page.close();
  });
  return crowd;
}
