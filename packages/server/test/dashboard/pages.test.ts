import type { RejectionCode } from '@live-online/protocol';
import { describe, expect, it } from 'vitest';
import { chartColumns, zoomSpan } from '../../dashboard/src/charts/chart-data.ts';
import { pollDelay } from '../../dashboard/src/data/poll-delay.ts';
import type { SiteSummary } from '../../dashboard/src/data/shapes.ts';
import { splitName } from '../../dashboard/src/pages/server-name.ts';
import { orderSites, sumSites, type SiteOrder } from '../../dashboard/src/pages/order-sites.ts';
import { orderReasons } from '../../dashboard/src/pages/reasons.ts';
import { linkTo, routeOf } from '../../dashboard/src/router.ts';

function site(name: string, people: number, trend: number[] = []): SiteSummary {
  return { site: name, people, tabs: people, stale: false, peakToday: people, peakAllTime: 9, trend };
}

const ORDER: SiteOrder = { search: '', sort: 'people', isReversed: false, pinned: new Set() };

describe('figures of the dashboard', () => {
  it('[D8] pauses double with each failure up to 30 s, and requests take a tenth of the time', () => {
    const pauses = [0, 1, 2, 3, 9, 99].map((failures) =>
      pollDelay({ intervalMs: 2_000, tookMs: 50, failures }),
    );
    expect(pauses).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    expect(pollDelay({ intervalMs: 2_000, tookMs: 900, failures: 0 })).toBe(9_000);
  });

  it('[D9] sites are found, sorted and pinned', () => {
    const sites = [site('b.example', 1, [4]), site('a.example', 1, [0]), site('c.test', 7, [7])];
    const names = (order: Partial<SiteOrder>) =>
      orderSites(sites, { ...ORDER, ...order }).map(({ site }) => site);
    expect(names({})).toEqual(['c.test', 'a.example', 'b.example']);
    expect(names({ isReversed: true })).toEqual(['a.example', 'b.example', 'c.test']);
    expect(names({ sort: 'site' })).toEqual(['a.example', 'b.example', 'c.test']);
    expect(names({ sort: 'change' })).toEqual(['a.example', 'c.test', 'b.example']);
    expect(names({ search: ' EXAMPLE ' })).toEqual(['a.example', 'b.example']);
    expect(names({ pinned: new Set(['b.example']) })).toEqual(['b.example', 'c.test', 'a.example']);
  });

  it('[D8] sums align the trends at their ends, and are old if one site is', () => {
    const old = { ...site('b.example', 2, [5]), stale: true };
    expect(sumSites([site('a.example', 1, [1, 2, 3]), old])).toEqual({
      people: 3,
      tabs: 3,
      trend: [1, 2, 8],
      isStale: true,
    });
  });

  it('[D8] a chart has a gap where samples are missing, and ends at this moment', () => {
    const samples: [number, number, number, number][] = [
      [60, 1, 2, 3],
      [120, 4, 5, 6],
      [300, 7, 8, 9],
    ];
    const history = { site: 'a.example', range: '24h' as const, stepSeconds: 60, samples };
    expect(chartColumns(history, [{ time: 310, people: 8 }])).toEqual([
      [60, 120, 180, 300, 310],
      [2, 5, null, 8, 8],
      [1, 4, null, 7, 8],
      [3, 6, null, 9, 8],
    ]);
    expect(chartColumns(history, []).map((column) => column.at(-1))).toEqual([300, 8, 7, 9]);
    const live = [130, 200].map((time) => ({ time, people: 1 }));
    expect(chartColumns(history, live)[0]).toEqual([60, 120, 130, 200]);
  });

  it('[D8] every reason of a rejection has an explanation', () => {
    const codes: Record<RejectionCode, number> = {
      full: 1,
      'site-not-listed': 5,
      'token-wrong': 4,
      'handshake-invalid': 3,
      'version-unsupported': 2,
      'opted-out': 6,
      'token-expired': 7,
    };
    const reasons = orderReasons({ ...codes, 'of-another-version': 9, none: 0 });
    expect(reasons.map(({ count }) => count)).toEqual([9, 7, 6, 5, 4, 3, 2, 1]);
    expect(reasons.slice(1).every(({ text }) => text !== '')).toBe(true);
  });

  it('[D7] zooming keeps the middle, and stays within the samples', () => {
    expect(zoomSpan([0, 100], [0, 100], 0.5)).toEqual([25, 75]);
    expect(zoomSpan([80, 100], [0, 100], 2)).toEqual([70, 100]);
  });

  it('[D7] addresses select pages', () => {
    expect(routeOf('')).toEqual({ page: 'sites' });
    expect(routeOf('#/servers')).toEqual({ page: 'servers' });
    expect(routeOf('#/nothing')).toEqual({ page: 'unknown' });
    expect(routeOf('#/sites/%')).toEqual({ page: 'site', site: '%' });
    const route = { page: 'site', site: 'xn--bcher-kva.example' } as const;
    expect(routeOf(linkTo(route))).toEqual(route);
  });
});

describe('the names of servers', () => {
  it('[A12] are shown apart from their random parts', () => {
    const random = '0123456789abcdef';
    expect(splitName(`fra-1-${random}`)).toEqual({ given: 'fra-1', random: `-${random}` });
    expect(splitName(`fra-1-primary-${random}`)).toEqual({ given: 'fra-1', random: `-primary-${random}` });
    expect(splitName(`primary-${random}`)).toEqual({ given: 'primary', random: `-${random}` });
    for (const name of [random, 'my-machine.example', ''])
      expect(splitName(name)).toEqual({ given: name, random: '' });
  });
});
