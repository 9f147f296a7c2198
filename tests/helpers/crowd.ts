import { onTestFinished, vi } from 'vitest';
import { openWirePage, type Address, type WirePage } from './wire-page.ts';

/** The pages of a test, and where each was at any moment: the expected totals follow from that. */
export interface Crowd {
  readonly pages: ReadonlySet<WirePage>;
  /** The servers that pages may connect to. Tests may change it. */
  addresses: Address[];
  /** Called for each total that a page receives. */
  onTotal: (page: WirePage) => void;
  /** How many connections ended before the server accepted them. */
  readonly failures: number;
  /** The longest time from the loss of a connection until a server accepted the page again, in ms. */
  readonly longestWayMs: number;
  /** Opens `n` pages within `spreadMs`. With `at`, they connect to that server first. */
  open(n: number, options?: { at?: string; spreadMs?: number }): WirePage[];
  /** Waits until every page is connected. */
  settled(withinMs?: number): Promise<void>;
  /** Waits until every page has lost its connection to that server. */
  lost(name: string): Promise<void>;
  /** The pages that are connected to an address. */
  at(name: string): WirePage[];
  /** The states from `sinceMs` until now, oldest first. The first one is the state at `sinceMs`. */
  since(sinceMs: number): Moment[];
}

export interface Moment {
  /** When it began, by `performance.now()`. */
  readonly atMs: number;
  /** How many pages are connected to each address. */
  readonly at: ReadonlyMap<string, number>;
  /** How many are not connected. At most one server may still count each of them. */
  readonly roaming: number;
  /** How many of these were connected before. */
  readonly moving: number;
}

/** How long states are kept, in ms. */
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

  /** Another address than the one that failed, if there is one. */
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
    onTotal: () => {},
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
          received: (receiver) => crowd.onTotal(receiver),
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
          if (roaming > 0) throw new Error(`${roaming} of ${pages.size} pages are not connected`);
        },
        { timeout: withinMs, interval: 20 },
      ),
    lost: (name) =>
      vi.waitFor(
        () => {
          if (crowd.at(name).length > 0) throw new Error(`pages are still connected to ${name}`);
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
