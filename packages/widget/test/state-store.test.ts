import { expect, test, vi } from 'vitest';
import { createStateStore } from '../src/client/state-store.ts';

test('[W3] set() without a total keeps the last one', () => {
  const store = createStateStore();
  store.set('live', undefined, 3);
  store.set('offline');
  expect(store.state).toEqual({ status: 'offline', total: 3 });
});

test('[W3] set() with the same status and total keeps the object and calls no listener', () => {
  const store = createStateStore();
  store.set('live', undefined, 3);
  const { state } = store;
  const listener = vi.fn();
  store.subscribe(listener);
  store.set('live', 'ignored', 3);
  expect(store.state).toBe(state);
  expect(listener.mock.calls).toEqual([[state]]);
});

test('[W3] clear() unsubscribes all listeners', () => {
  const store = createStateStore();
  const listener = vi.fn();
  store.subscribe(listener);
  store.clear();
  store.set('live', undefined, 3);
  expect(listener).toHaveBeenCalledTimes(1);
});
