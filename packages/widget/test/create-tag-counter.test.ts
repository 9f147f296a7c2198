import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTagCounter } from '../src/create-tag-counter.ts';
import { createPage } from './helpers/fake-page.ts';
import { FakeEventSource, FakeWebSocket } from './helpers/fake-web-socket.ts';

const REGISTRY = Symbol.for('live-online');

beforeEach(() => {
  vi.stubGlobal(REGISTRY, undefined);
  createPage();
  vi.stubGlobal('WebSocket', FakeWebSocket);
  vi.stubGlobal('EventSource', FakeEventSource);
});
afterEach(() => void vi.unstubAllGlobals());

/** The address of the socket that a tag opens, without its query. */
function addressOf(server: string): string {
  const states: unknown[] = [];
  const stop = createTagCounter(server, undefined, server)((state) => states.push(state));
  const { url, closed } = FakeWebSocket.opened.at(-1)!;
  expect(closed).toBe(false);
  stop();
  expect(FakeWebSocket.opened.at(-1)!.closed).toBe(true);
  expect(states).toEqual([{ status: 'connecting', total: undefined }]);
  return url.split('?')[0]!;
}

test.each([
  ['http://localhost:8081/', 'ws://localhost:8081/socket.io/'],
  ['https://example.org/live-online', 'wss://example.org/live-online/socket.io/'],
  ['https://example.org/a/b//?x=1', 'wss://example.org/a/b/socket.io/'],
  ['https://example.org/#/live-online', 'wss://example.org/socket.io/'],
])('[W1] the socket is below the base address: %s', (server, address) => {
  expect(addressOf(server)).toBe(address);
});

test('[W1] the fragment of the address is the namespace', () => {
  createTagCounter('https://example.org/#/live-online', undefined, '')(() => {});
  const socket = FakeWebSocket.opened.at(-1)!;
  socket.receive('0{"sid":"s","pingInterval":1000,"pingTimeout":1000}');
  expect(socket.sent).toEqual([expect.stringMatching(/^40\/live-online,{"v":1,"member":"[\d-]+"}$/)]);
});

test('[W6] a tag and createCounter have the same key', () => {
  createTagCounter('https://example.org/live-online/', 't', '');
  expect(Object.keys((globalThis as never)[REGISTRY])).toEqual([
    '{"origin":"https://example.org","path":"/live-online/socket.io","namespace":"/","token":"t"}',
  ]);
});

test.each(['', '/live-online/', 'ftp://example.org/', 'file:///x', 'about:blank'])(
  '[W1] an address that is not one of http or https is an error: %s',
  (server) => {
    expect(() => createTagCounter(server, undefined, '')).toThrow(TypeError);
  },
);
