import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { getCounterStore } from '../src/counter-store.ts';
import { createPage } from './helpers/fake-page.ts';
import { FakeWebSocket } from './helpers/fake-web-socket.ts';

/** Each test has a server of its own, because stores stay. */
let server: string;
let port = 8_081;
/** What a server sends that lets a member join at once. */
const OPEN = '0{"sid":"a","pingInterval":25000,"pingTimeout":20000,"joined":true}';

beforeEach(() => {
  server = `http://localhost:${++port}/`;
  FakeWebSocket.opened.length = 0;
  createPage();
  vi.stubGlobal('WebSocket', FakeWebSocket);
  vi.stubGlobal(Symbol.for('live-online'), undefined);
});
afterEach(() => void vi.unstubAllGlobals());

it('[W3] options with the same content have one store, which connects with its first listener', () => {
  const store = getCounterStore({ server });
  expect(getCounterStore({ server })).toBe(store);
  expect(getCounterStore({ server, token: 'another' })).not.toBe(store);
  expect(FakeWebSocket.opened).toHaveLength(0);
  const [first, second] = [vi.fn(), vi.fn()];
  const unsubscribe = [store.subscribe(first), store.subscribe(second)];
  expect(FakeWebSocket.opened).toHaveLength(1);
  FakeWebSocket.opened[0]!.receive(OPEN, '42["total",3]');
  expect(store.getState()).toEqual({ status: 'live', total: 3 });
  expect(store.getState()).toBe(store.getState());
  expect(first).toHaveBeenCalledTimes(1);
  expect(second).toHaveBeenCalledTimes(1);
  for (const end of unsubscribe) end();
});

it('[W3] a listener that returns in the same task keeps the connection, and the last one closes it', async () => {
  const store = getCounterStore({ server });
  store.subscribe(() => {})();
  const unsubscribe = store.subscribe(() => {});
  await Promise.resolve();
  expect(FakeWebSocket.opened).toHaveLength(1);
  expect(FakeWebSocket.opened[0]!.closed).toBe(false);
  unsubscribe();
  unsubscribe();
  await Promise.resolve();
  expect(FakeWebSocket.opened[0]!.closed).toBe(true);
  expect(store.getState()).toEqual({ status: 'connecting', total: undefined });
});

it('[W3] in a server render it opens no connection and keeps no options', () => {
  vi.stubGlobal('document', undefined);
  const store = getCounterStore({ server });
  expect(getCounterStore({ server })).not.toBe(store);
  const listener = vi.fn();
  store.subscribe(listener)();
  expect(store.getState()).toEqual({ status: 'connecting', total: undefined });
  expect([listener.mock.calls, FakeWebSocket.opened]).toEqual([[], []]);
});

it('[W3] invalid options throw', () => {
  expect(() => getCounterStore({ server: 'ftp://localhost/' })).toThrow('server must be an http(s) URL');
});
