import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openBrowserConnection } from '../src/client/browser-connection.ts';
import { isIdentifier } from '@live-online/protocol';
import { FakeEventSource, FakeWebSocket } from './helpers/fake-web-socket.ts';

const STOCK = '0{"sid":"s","upgrades":[],"pingInterval":7500,"pingTimeout":5000,"maxPayload":1000}';
const JOINED =
  '0{"sid":"s","upgrades":[],"pingInterval":30000,"pingTimeout":5000,"joined":true,"heartbeatInterval":7000}';
const ANSWER = '40{"sid":"x"}';
const SOCKET = 'ws://[::1]:8081/live-online/socket.io/?EIO=4&transport=websocket';
const target = {
  origin: 'http://[::1]:8081',
  path: '/live-online/socket.io',
  namespace: '/',
  token: undefined,
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeWebSocket);
  vi.stubGlobal('EventSource', FakeEventSource);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Handlers of a connection. What is no code of a rejection is `undefined`. */
function createHandlers() {
  const total = vi.fn();
  const ended = vi.fn();
  const onEnd = (code: unknown): void => void ended(isIdentifier(code) ? code : undefined);
  return { total, ended, onEnd };
}

function setUp({ namespace = '/', token = undefined as string | undefined, resume = '' } = {}) {
  const handshake = { v: 1, member: 'member-1', token, ...(resume && { resume }) };
  const { total, ended, onEnd } = createHandlers();
  const close = openBrowserConnection(false, { ...target, namespace, token }, handshake, total, onEnd);
  return { total, ended, close, socket: FakeWebSocket.opened.at(-1)! };
}

test('[P14] the address has the handshake, and a joined client sends no CONNECT', () => {
  const { socket, total } = setUp({ resume: 'a.1' });
  expect(socket.url).toBe(`${SOCKET}&join=1&v=1&member=member-1&resume=a.1`);
  socket.receive(JOINED, '40{"sid":"x"}', '42["total",3,{"resume":"a.2"}]');
  expect(total.mock.calls).toEqual([[3, { resume: 'a.2' }]]);
  expect(socket.sent).toEqual([]);
});

test('[P14] a server that does not know the query gets a CONNECT', () => {
  const { socket } = setUp();
  socket.receive(STOCK);
  expect(socket.sent).toEqual(['40{"v":1,"member":"member-1"}']);
});

test.each([
  [{ token: 'secret' }, '40{"v":1,"member":"member-1","token":"secret"}'],
  [{ namespace: '/counter' }, '40/counter,{"v":1,"member":"member-1"}'],
])('[P14] %j is sent with a CONNECT alone', (options, connect) => {
  const { socket } = setUp(options);
  expect(socket.url).toBe(SOCKET);
  socket.receive(STOCK);
  expect(socket.sent).toEqual([connect]);
});

test('[P15] a joined client sends heartbeats, and answers pings', () => {
  const { socket, close } = setUp();
  socket.receive(JOINED, ANSWER);
  vi.advanceTimersByTime(14_000);
  expect(socket.sent).toEqual(['3', '3']);
  socket.receive('2');
  expect(socket.sent).toEqual(['3', '3', '3']);
  close();
  vi.advanceTimersByTime(60_000);
  expect(socket.sent).toHaveLength(3);
  expect(vi.getTimerCount()).toBe(0);
});

test('[P15] any other client sends none', () => {
  const { socket } = setUp();
  socket.receive(STOCK);
  vi.advanceTimersByTime(12_000);
  expect(socket.sent).toHaveLength(1);
});

test.each([
  [STOCK, 12_500],
  [JOINED, 35_000],
])('[P15] a client that receives nothing for pingInterval + pingTimeout ends: %s', (open, ms) => {
  const { socket, ended } = setUp();
  socket.receive(open, ANSWER);
  vi.advanceTimersByTime(ms - 1);
  socket.receive('2');
  vi.advanceTimersByTime(ms - 1);
  expect(ended).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(ended.mock.calls).toEqual([[undefined]]);
  expect(socket.closed).toBe(true);
});

test.each([0, -1, 1e12, '"x"', null])('[W4] a heartbeat of %s ms does not flood the server', (ms) => {
  const { socket } = setUp();
  for (let times = 0; times < 3; times++) socket.receive(JOINED.replace('7000', `${ms}`));
  vi.advanceTimersByTime(10_000);
  expect(socket.sent.length).toBeLessThanOrEqual(10);
});

test.each([[], [STOCK], [JOINED]])(
  '[W4] a server that does not answer ends the connection: %s',
  (...frames) => {
    const { ended, socket } = setUp();
    socket.receive(...frames);
    vi.advanceTimersByTime(9_000);
    expect(ended.mock.calls).toEqual([[undefined]]);
  },
);

test.each([
  ['is absent', undefined],
  [
    'throws, as under some policies',
    class {
      constructor() {
        throw new DOMException('not allowed', 'SecurityError');
      }
    },
  ],
])(
  '[W4] a browser whose WebSocket %s has a connection that ends, after connect() has returned',
  (_, value) => {
    vi.stubGlobal('WebSocket', value);
    const { ended } = setUp();
    expect(ended).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(ended.mock.calls).toEqual([[undefined]]);
  },
);

const STREAM = '0{"sid":"a.1","pingInterval":10000,"pingTimeout":15000,"joined":true}';
const BASE = 'http://[::1]:8081/live-online/events?';

function setUpStream(token?: string) {
  const sendBeacon = vi.fn();
  vi.stubGlobal('navigator', { sendBeacon });
  const { total, ended, onEnd } = createHandlers();
  const handshake = { v: 1, member: 'member-1', token };
  const close = openBrowserConnection(true, { ...target, token }, handshake, total, onEnd);
  return { sendBeacon, total, ended, close, source: FakeWebSocket.opened.at(-1)! };
}

test('[P16] a stream has the handshake in its address, and its totals are passed on', () => {
  const { source, total, ended } = setUpStream('a&b');
  expect(source.url).toBe(`${BASE}&join=1&v=1&member=member-1&token=a%26b`);
  source.receive(STREAM, '42["total",3]', '42["total",4,{"stale":true}]');
  expect(total.mock.calls).toEqual([
    [3, undefined],
    [4, { stale: true }],
  ]);
  expect(ended).not.toHaveBeenCalled();
});

test('[P17] it answers pings, and ends if the server is silent', () => {
  const { source, sendBeacon, ended } = setUpStream();
  source.receive(STREAM);
  source.receive('2');
  expect(sendBeacon.mock.calls).toEqual([[`${BASE}sid=a.1`]]);
  vi.advanceTimersByTime(24_999);
  expect(ended).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(ended.mock.calls).toEqual([[undefined]]);
});

test('[P18] a rejection ends it with the code', () => {
  const { source, ended } = setUpStream();
  source.receive('44{"message":"no","data":{"code":"full"}}');
  expect(ended.mock.calls).toEqual([['full']]);
  expect(source.closed).toBe(true);
});

test('[P19] it is closed at its end, so that the browser does not open it again by itself', () => {
  const { source, ended } = setUpStream();
  source.receive(STREAM);
  source.drop();
  expect(ended.mock.calls).toEqual([[undefined]]);
  expect(source.closed).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test.each(['0', '0{', '0null', '42', '42[', '44{', '7', ''])(
  '[W4] malformed events cause no error: %s',
  (data) => {
    const { source, ended } = setUpStream();
    source.receive(data);
    vi.advanceTimersByTime(30_000);
    expect(ended).toHaveBeenCalledTimes(1);
    expect(source.closed).toBe(true);
  },
);

test('[W4] a browser without EventSource has a connection that ends', () => {
  vi.stubGlobal('EventSource', undefined);
  const { ended } = setUpStream();
  vi.advanceTimersByTime(1);
  expect(ended.mock.calls).toEqual([[undefined]]);
});
