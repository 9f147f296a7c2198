import { expect, test, vi } from 'vitest';
import { createCounterHandle } from '../src/client/counter-handle.ts';
import { initialState, type CounterState } from '../src/client/state.ts';

function setUp() {
  const leave = vi.fn();
  let send!: (state: CounterState) => void;
  const counter = createCounterHandle((listener) => {
    send = listener;
    listener(initialState);
    return leave;
  });
  const listener = vi.fn();
  counter.subscribe(listener);
  return { counter, listener, leave, send: (state: CounterState) => send(state) };
}

test('[W3] the same status and total keep the object and call no listener', () => {
  const { counter, listener, send } = setUp();
  const state: CounterState = { status: 'live', total: 3 };
  send(state);
  send({ ...state });
  expect(counter.state).toBe(state);
  expect(listener.mock.calls).toEqual([[initialState], [state]]);
});

test('[W3] close() leaves the client, and notifies the listeners for the last time', () => {
  const { counter, listener, leave } = setUp();
  counter.close();
  counter.close();
  expect(leave).toHaveBeenCalled();
  expect(listener.mock.calls).toEqual([[initialState], [{ status: 'closed', total: undefined }]]);
});
