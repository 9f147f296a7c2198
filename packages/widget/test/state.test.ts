import { expect, test } from 'vitest';
import { afterTotal, initialState, withStatus, type CounterState } from '../src/client/state.ts';

const live: CounterState = { status: 'live', total: 3 };

test('[W3] a counter begins connecting, with no total', () => {
  expect(initialState).toEqual({ status: 'connecting', total: undefined });
});

test('[W3] a total makes it live, or stale where the server says so', () => {
  expect(afterTotal(initialState, 3, undefined)).toEqual(live);
  expect(afterTotal(live, 3, { stale: true })).toEqual({ status: 'stale', total: 3 });
  expect(afterTotal(live, 3, { stale: 'yes', since: 9 })).toBe(live);
});

test('[W3] a snapshot stays the same object until something changes', () => {
  expect(afterTotal(live, 3, {})).toBe(live);
  expect(afterTotal(live, 4, {})).not.toBe(live);
  const offline = withStatus(live, 'offline');
  expect(withStatus(offline, 'offline')).toBe(offline);
});

test.each([-1, 1.5, NaN, Infinity, 2 ** 53, '3', null, undefined, {}, [3], true])(
  '[W4] a hostile total is dropped: %s',
  (total) => {
    expect(afterTotal(live, total, undefined)).toBe(live);
  },
);

test('[W3] offline and closed keep the last total', () => {
  expect(withStatus(live, 'offline')).toEqual({ status: 'offline', total: 3 });
  expect(withStatus(live, 'closed')).toStrictEqual({ status: 'closed', total: 3 });
  expect(withStatus(initialState, 'closed', 'site-not-listed')).toStrictEqual({
    status: 'closed',
    total: undefined,
    reason: 'site-not-listed',
  });
});

test('[W3] closing a refused counter keeps the reason', () => {
  const refused = withStatus(initialState, 'closed', 'full');
  expect(withStatus(refused, 'closed')).toBe(refused);
});
