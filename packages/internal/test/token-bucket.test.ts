import { describe, expect, it } from 'vitest';
import { TokenBucket } from '../src/token-bucket.ts';

describe('token bucket', () => {
  it('[C11] allows a burst, and then a number of events per second', () => {
    const bucket = new TokenBucket(20, 1, 0);
    const taken = (atMs: number, tries: number): number =>
      Array.from({ length: tries }, () => bucket.take(atMs)).filter(Boolean).length;
    expect(taken(0, 50)).toBe(20);
    expect(taken(999, 5)).toBe(0);
    expect(taken(1_000, 5)).toBe(1);
    expect(taken(4_000, 50)).toBe(3);
    expect(taken(3_600_000, 50)).toBe(20);
  });

  it('[C11] never rejects a client that only answers heartbeats', () => {
    const bucket = new TokenBucket(20, 1, 0);
    for (let atMs = 0; atMs < 1e9; atMs += 750_000) expect(bucket.take(atMs)).toBe(true);
  });

  it('[C11] owes what is charged beyond its tokens', () => {
    const bucket = new TokenBucket(10, 1, 0);
    bucket.charge(0, 15);
    expect(bucket.secondsUntil(1)).toBe(6);
    expect(bucket.take(5_000)).toBe(false);
    expect(bucket.take(6_000)).toBe(true);
    expect(bucket.take(60_000, 10)).toBe(true);
    expect(bucket.take(60_000)).toBe(false);
  });
});
