import { describe, expect, it } from 'vitest';
import { AcceptBalance } from '../../src/core/accept-balance.ts';

function decide(balance: AcceptBalance<string>, counts: Record<string, number>, now = 0) {
  for (const [worker, connections] of Object.entries(counts)) balance.report(worker, connections, now);
  return Object.fromEntries(balance.decide(now));
}

describe('the balance of workers that accept connections', () => {
  it('[S8] pauses a worker that is far ahead, until the others have caught up', () => {
    const balance = new AcceptBalance<string>();
    expect(decide(balance, { a: 200, b: 0 })).toEqual({});
    expect(decide(balance, { a: 1_000, b: 500 })).toEqual({});
    expect(decide(balance, { a: 1_500, b: 500 })).toEqual({ a: false });
    expect(decide(balance, { a: 1_500, b: 1_000 })).toEqual({});
    expect(decide(balance, { a: 1_500, b: 1_300 })).toEqual({ a: true });
  });

  it('[S8] leaves out a worker that does not report, so that it holds up no other', () => {
    const balance = new AcceptBalance<string>();
    decide(balance, { a: 1_500, b: 1_400, stopped: 0 });
    expect(decide(balance, { a: 1_500, b: 1_400 }, 3_000)).toEqual({ a: true, b: true });
  });

  it('[S8] a worker that ends is not compared any more', () => {
    const balance = new AcceptBalance<string>();
    expect(decide(balance, { a: 1_500, b: 0 })).toEqual({ a: false });
    balance.leave('b');
    expect(decide(balance, { a: 1_500 })).toEqual({ a: true });
  });
});
