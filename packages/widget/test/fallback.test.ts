import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createFallback } from '../src/client/fallback.ts';
import { FakeEventSource, FakeWebSocket } from './helpers/fake-web-socket.ts';

const OPEN = '0{"pingInterval":1e6,"pingTimeout":1e6,"joined":true}';
const target = { origin: 'http://localhost', path: '/socket.io', namespace: '/', token: undefined };
const handshake = { v: 1, member: 'member-1', token: undefined };

beforeEach(() => {
  vi.useFakeTimers();
  FakeWebSocket.opened.length = 0;
  vi.stubGlobal('WebSocket', FakeWebSocket);
  vi.stubGlobal('EventSource', FakeEventSource);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const { opened } = FakeWebSocket;
const latest = (): FakeWebSocket => opened.at(-1)!;
const isStream = (): boolean => latest() instanceof FakeEventSource;

function setUp() {
  const connect = createFallback();
  const total = vi.fn();
  const ended = vi.fn();
  const open = (): (() => void) => connect(target, handshake, total, ended);
  return { open, total, ended, close: open() };
}

/** A page whose socket fails, and which is on a stream. */
function setUpStream() {
  const { open, total, ended } = setUp();
  latest().drop();
  const close = open();
  latest().drop();
  const stream = latest();
  stream.receive('0{"pingInterval":1e6,"pingTimeout":1e6,"joined":true}', '42["total",3]');
  expect(total.mock.calls).toEqual([[3, undefined]]);
  ended.mockClear();
  return { open, total, ended, close, stream };
}

/** Waits for the next attempt of the socket. */
function nextSocket(): FakeWebSocket {
  const before = opened.length;
  while (opened.length === before) vi.advanceTimersByTime(100);
  return latest();
}

test('[W9] one failure of the socket ends the connection, so that the client tries again', () => {
  const { ended } = setUp();
  latest().drop();
  expect(ended).toHaveBeenCalledTimes(1);
  expect(opened).toHaveLength(1);
});

test('[W9] after two failures of the socket it takes server-sent events', () => {
  const { ended } = setUpStream();
  expect(isStream()).toBe(true);
  expect(ended).not.toHaveBeenCalled();
});

test('[W9] a socket without a total after 3 s is closed, and it takes server-sent events', () => {
  const { ended } = setUp();
  const socket = latest();
  vi.advanceTimersByTime(2_999);
  expect(isStream()).toBe(false);
  vi.advanceTimersByTime(1);
  expect(isStream()).toBe(true);
  expect(socket.closed).toBe(true);
  expect(ended).not.toHaveBeenCalled();
});

test('[W9] a socket that has brought a total does not count as failed when it ends', () => {
  const { open, ended } = setUp();
  for (let times = 0; times < 5; times++) {
    latest().receive(OPEN, '42["total",1]');
    vi.advanceTimersByTime(10_000);
    latest().drop();
    open();
    latest().drop();
    open();
  }
  expect(ended).toHaveBeenCalledTimes(10);
  expect(opened.some((each) => each instanceof FakeEventSource)).toBe(false);
});

test('[W9] on server-sent events it tries the socket about once a minute', () => {
  const { stream, ended } = setUpStream();
  for (let times = 0; times < 3; times++) {
    const from = Date.now();
    nextSocket().drop();
    expect(Date.now() - from).toBeGreaterThanOrEqual(45_000);
    expect(Date.now() - from).toBeLessThanOrEqual(75_100);
  }
  expect(stream.closed).toBe(false);
  expect(ended).not.toHaveBeenCalled();
});

test('[W9] a socket that stalls meanwhile is closed after 3 s', () => {
  const { stream } = setUpStream();
  const socket = nextSocket();
  vi.advanceTimersByTime(3_000);
  expect(socket.closed).toBe(true);
  expect(stream.closed).toBe(false);
});

test.each(['before', 'after'])(
  '[W9] it changes to the socket once that brings a total, also if the server ends the stream %s it',
  (order) => {
    const { stream, total, ended } = setUpStream();
    nextSocket();
    if (order === 'before') stream.drop();
    latest().receive(OPEN, '42["total",4]');
    stream.drop();
    expect(stream.closed).toBe(true);
    expect(total.mock.lastCall![0]).toBe(4);
    expect(ended).not.toHaveBeenCalled();
    latest().drop();
    expect(ended).toHaveBeenCalledTimes(1);
  },
);

test('[W9] a stream that ends is a lost connection, and the next one begins with the socket', () => {
  const { stream, open, ended } = setUpStream();
  stream.drop();
  expect(ended).toHaveBeenCalledTimes(1);
  open();
  expect(isStream()).toBe(false);
  latest().drop();
  expect(isStream()).toBe(true);
});

test('[W9] a rejection of either is final', () => {
  const { ended } = setUp();
  latest().receive('44{"message":"no","data":{"code":"full"}}');
  expect(ended.mock.lastCall).toEqual(['full']);
  const { stream, ended: streamEnded } = setUpStream();
  stream.receive('44{"message":"no","data":{"code":"token-wrong"}}');
  expect(streamEnded.mock.lastCall).toEqual(['token-wrong']);
  expect(vi.getTimerCount()).toBe(0);
});

test('[W9] close() closes both', () => {
  const { stream, close, ended } = setUpStream();
  nextSocket();
  close();
  close();
  expect(latest().closed).toBe(true);
  expect(stream.closed).toBe(true);
  expect(ended).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});
