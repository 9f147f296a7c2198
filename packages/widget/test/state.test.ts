import { afterEach, expect, test, vi } from 'vitest';
import { createClient } from '../src/client/client.ts';
import { createCounterHandle } from '../src/client/counter-handle.ts';
import { initialState } from '../src/client/state.ts';
import { createConnect } from './helpers/fake-connect.ts';
import { createPage } from './helpers/fake-page.ts';

const target = { origin: 'http://localhost:8081', path: '/socket.io', namespace: '/', token: undefined };

afterEach(() => void vi.unstubAllGlobals());

function setUp() {
  const { connect, connections } = createConnect();
  createPage();
  const counter = createCounterHandle(createClient(target, connect));
  return { counter, connection: connections[0]! };
}

test('[W3] a new counter is connecting and has no total', () => {
  expect(initialState).toEqual({ status: 'connecting', total: undefined });
  expect(setUp().counter.state).toBe(initialState);
});

test('[W3] a total makes it live, or stale if the details say so', () => {
  const { counter, connection } = setUp();
  connection.total(3, undefined);
  expect(counter.state).toEqual({ status: 'live', total: 3 });
  connection.total(3, { stale: true });
  expect(counter.state).toEqual({ status: 'stale', total: 3 });
  connection.total(3, { stale: 'yes', since: 9 });
  expect(counter.state).toEqual({ status: 'live', total: 3 });
});

test('[W3] a snapshot stays the same object until something changes', () => {
  const { counter, connection } = setUp();
  connection.total(3, {});
  const live = counter.state;
  connection.total(3, {});
  expect(counter.state).toBe(live);
  connection.total(4, {});
  expect(counter.state).not.toBe(live);
  expect(live).toEqual({ status: 'live', total: 3 });
});

test.each([-1, 1.5, NaN, Infinity, 2 ** 53, '3', null, undefined, {}, [3], true])(
  '[W4] an invalid total is dropped: %s',
  (total) => {
    const { counter, connection } = setUp();
    connection.total(3, undefined);
    const { state } = counter;
    connection.total(total, undefined);
    expect(counter.state).toBe(state);
  },
);

test('[W3] a closed counter keeps the last total, and close() keeps the reason of a rejection', () => {
  const { counter, connection } = setUp();
  connection.total(3, undefined);
  connection.ended('site-not-listed');
  const rejected = counter.state;
  expect(rejected).toStrictEqual({ status: 'closed', total: 3, reason: 'site-not-listed' });
  counter.close();
  expect(counter.state).toBe(rejected);
});
