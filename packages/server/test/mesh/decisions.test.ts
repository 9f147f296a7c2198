import { describe, expect, it } from 'vitest';
import { flushDelayMs, flushed, RESTED, retryDelayMs } from '../../src/store/mesh/link/pacing.ts';
import { countOthers, type Replica } from '../../src/store/mesh/replication/count-others.ts';
import { publishCommands } from '../../src/store/mesh/replication/delta-publisher.ts';
import { createKeyNames } from '../../src/store/mesh/wire/keys.ts';
import type { Entry } from '../../src/store/mesh/wire/messages.ts';

const SITE = 'a.example';
const entry = (count: number, claims?: [string, number], acknowledged?: [string, number]): Entry => ({
  count,
  claims: claims && new Map([claims]),
  acknowledged: acknowledged && new Map([acknowledged]),
});

describe('the number of members on other servers', () => {
  const others = (self: string, entries: Record<string, Entry>): number => {
    const replicas = Object.entries(entries).map(([server, own]): [string, Replica] => [
      server,
      { epoch: 1, sites: new Map([[SITE, own]]) },
    ]);
    return countOthers(new Map(replicas), SITE, self);
  };

  it.each<[name: string, self: string, entries: Record<string, Entry>, total: number]>([
    ['the sum without this server', 'a', { a: entry(5), b: entry(2), c: entry(3) }, 5],
    ['less what this server claimed', 'a', { a: entry(1, ['b:1', 1]), b: entry(2) }, 1],
    [
      'less what was claimed between two others',
      'a',
      { a: entry(1), b: entry(2), c: entry(1, ['b:1', 1]) },
      2,
    ],
    ['less what was claimed from this server', 'a', { a: entry(2), b: entry(1, ['a:1', 1]) }, 0],
    [
      'with claims that are acknowledged',
      'a',
      { a: entry(1, ['b:1', 1]), b: entry(2, undefined, ['a:1', 1]) },
      2,
    ],
    ['with claims of another epoch', 'a', { a: entry(1, ['b:9', 1]), b: entry(2) }, 2],
    ['never below 0', 'a', { a: entry(1, ['b:1', 7]), b: entry(2), c: entry(3) }, 3],
  ])('[C7] %s', (_name, self, entries, total) => {
    expect(others(self, entries)).toBe(total);
  });
});

describe('the pace of a link', () => {
  it('[S2] a delta waits for the interval, and for twice as long while changes do not end', () => {
    expect(flushDelayMs(RESTED, 100, 5_000)).toBe(3);
    let pace = flushed(RESTED, 100, 5_000);
    expect(flushDelayMs(pace, 100, 5_040)).toBe(60);
    for (let i = 1; i <= 4; i++) pace = flushed(pace, 100, 5_000 + 100 * i);
    expect(flushDelayMs(pace, 100, 5_400)).toBe(200);
    expect(flushDelayMs(flushed(pace, 100, 6_000), 100, 6_000)).toBe(100);
  });

  it('[S6] attempts at a link are 50 ms apart at first and 500 ms at most, less up to a half at random', () => {
    expect([0, 1, 2, 9].map((failures) => retryDelayMs(failures, 0))).toEqual([50, 100, 200, 500]);
    expect(retryDelayMs(9, 0.999)).toBeCloseTo(250, 0);
  });
});

describe('the commands that publish a delta', () => {
  const delta = { server: 's', epoch: 2, sequence: 3, sites: [[SITE, entry(1)]] } as const;
  const names = (full: boolean, sites: readonly (readonly [string, Entry])[]): string[] =>
    publishCommands({ ...delta, full, sites }, 7, { keys: createKeyNames('x'), snapshotTtlMs: 9 }).map(
      ([name]) => name,
    );

  it('[S2] one write and one message', () => {
    expect(names(false, delta.sites)).toEqual(['HSET', 'PUBLISH']);
  });

  it('[S2] a site without members is removed from the hash', () => {
    expect(names(false, [[SITE, entry(0)]])).toEqual(['HSET', 'HDEL', 'PUBLISH']);
  });

  it('[S4] a full delta replaces the hash, which then expires', () => {
    expect(names(true, delta.sites)).toEqual(['DEL', 'HSET', 'PEXPIRE', 'PUBLISH']);
  });
});
