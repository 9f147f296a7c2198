import { expect, test, vi } from 'vitest';
import { createCounterHandle } from '../src/client/counter-handle.ts';

test('[W3] a new state without a total keeps the last one', () => {
  const [counter, setState] = createCounterHandle(() => {});
  setState('live', undefined, 3);
  setState('offline');
  expect(counter.state).toEqual({ status: 'offline', total: 3 });
});

test('[W3] the same status and total keep the object and call no listener', () => {
  const [counter, setState] = createCounterHandle(() => {});
  setState('live', undefined, 3);
  const { state } = counter;
  const listener = vi.fn();
  counter.subscribe(listener);
  setState('live', 'ignored', 3);
  expect(counter.state).toBe(state);
  expect(listener.mock.calls).toEqual([[state]]);
});

test('[W3] close() disconnects, notifies the listeners for the last time, and unsubscribes them', () => {
  const disconnect = vi.fn();
  const [counter, setState] = createCounterHandle(disconnect);
  const listener = vi.fn();
  counter.subscribe(listener);
  counter.close();
  setState('live', undefined, 3);
  expect(disconnect).toHaveBeenCalledTimes(1);
  expect(listener.mock.lastCall).toEqual([{ status: 'closed', total: undefined }]);
});
