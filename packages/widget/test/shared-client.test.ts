import { afterEach, expect, test, vi } from 'vitest';
import { createCounterHandle, type Counter } from '../src/client/counter-handle.ts';
import { shareClient } from '../src/client/shared-client.ts';
import type { CounterState } from '../src/client/state.ts';
import { createConnect } from './helpers/fake-connect.ts';
import { createPage, transition } from './helpers/fake-page.ts';

const REGISTRY = Symbol.for('live-online');
const main = { origin: 'http://localhost:8081', path: '/socket.io', namespace: '/', token: undefined };

afterEach(() => void vi.unstubAllGlobals());

function setUp() {
  vi.stubGlobal(REGISTRY, undefined);
  const page = createPage();
  const { connect, connections } = createConnect();
  const create = (changes: object = {}): Counter =>
    createCounterHandle(shareClient({ ...main, ...changes }, connect));
  return { page, create, connections };
}

test('[W6] counters for the same server share one connection and its state', () => {
  const { create, connections } = setUp();
  const first = create();
  connections[0]!.total(3);
  const second = create();
  expect(connections).toHaveLength(1);
  expect(second.state).toEqual({ status: 'live', total: 3 });
  connections[0]!.total(4);
  expect(first.state).toEqual({ status: 'live', total: 4 });
  expect(second.state).toBe(first.state);
});

test('[W6] the connection closes with the last of its counters', () => {
  const { create, connections } = setUp();
  const [first, second] = [create(), create()];
  connections[0]!.total(3);
  first.close();
  first.close();
  expect(first.state).toEqual({ status: 'closed', total: 3 });
  expect(second.state).toEqual({ status: 'live', total: 3 });
  expect(connections[0]!.closed).toBe(false);
  second.close();
  expect(connections[0]!.closed).toBe(true);
});

test('[W6] a counter that is created afterwards connects as the same member', () => {
  const { create, connections } = setUp();
  create().close();
  const counter = create();
  expect(counter.state).toEqual({ status: 'connecting', total: undefined });
  expect(connections).toHaveLength(2);
  expect(connections[1]!.handshake.member).toBe(connections[0]!.handshake.member);
});

test.each([
  { token: 'another' },
  { namespace: '/live-online' },
  { path: '/ws' },
  { origin: 'http://localhost:9' },
])('[W6] another target is another connection and another member: %j', (changes) => {
  const { create, connections } = setUp();
  create();
  create(changes);
  expect(connections).toHaveLength(2);
  expect(connections[1]!.handshake.member).not.toBe(connections[0]!.handshake.member);
});

test('[W6] a client is a function in the registry, for other bundles and versions', () => {
  const { create, connections } = setUp();
  const counter = create();
  const registry = (globalThis as never)[REGISTRY] as Record<
    string,
    (listener: (state: CounterState) => void) => () => void
  >;
  expect(Object.keys(registry)).toEqual([
    '{"origin":"http://localhost:8081","path":"/socket.io","namespace":"/"}',
  ]);
  const states: CounterState[] = [];
  const unsubscribe = Object.values(registry)[0]!((state) => void states.push(state));
  connections[0]!.total(1, { stale: true });
  counter.close();
  connections[0]!.ended('full');
  unsubscribe();
  expect(states).toEqual([
    { status: 'connecting', total: undefined },
    { status: 'stale', total: 1 },
    { status: 'closed', total: 1, reason: 'full' },
  ]);
});

test('[W6] counters that share a connection leave the back/forward cache with one connection', () => {
  const { page, create, connections } = setUp();
  create();
  create();
  page.dispatchEvent(transition('pagehide', true));
  page.dispatchEvent(transition('pageshow', true));
  expect(connections.map(({ closed }) => closed)).toEqual([true, false]);
});
