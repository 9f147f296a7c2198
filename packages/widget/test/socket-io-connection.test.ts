import { isIdentifier } from '@live-online/protocol';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Connect } from '../src/client/connection.ts';
import { FakeWebSocket } from './helpers/fake-web-socket.ts';

const OPEN = '0{"sid":"s","upgrades":[],"pingInterval":8000,"pingTimeout":5000,"maxPayload":1000}';
const target = {
  origin: 'http://[::1]:8081',
  path: '/live-online/socket.io',
  namespace: '/',
  token: undefined,
};
const handshake = { v: 1, member: 'member-1', token: undefined };

let connectSocketIo: Connect;
const errors: unknown[] = [];
const collect = (error: unknown): void => void errors.push(error);

beforeAll(async () => {
  // Socket.IO's client looks up WebSocket when it is loaded, and Node 20 has none.
  vi.stubGlobal('WebSocket', FakeWebSocket);
  ({ connectSocketIo } = await import('../src/client/socket-io-connection.ts'));
  process.on('unhandledRejection', collect);
});
beforeEach(() => void (errors.length = 0));
afterAll(() => {
  process.off('unhandledRejection', collect);
  vi.unstubAllGlobals();
});

function setUp(namespace = '/') {
  const total = vi.fn();
  const ended = vi.fn();
  const close = connectSocketIo({ ...target, namespace }, handshake, total, ended);
  const socket = FakeWebSocket.opened.at(-1)!;
  socket.onopen?.();
  return { total, ended, close, socket };
}

/** Received frames are handled a few microtasks later. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('[W3] it opens a WebSocket below the base address and sends the handshake', async () => {
  const { socket } = setUp();
  expect(socket.url).toBe('ws://[::1]:8081/live-online/socket.io/?EIO=4&transport=websocket');
  socket.receive(OPEN);
  await settle();
  expect(socket.sent).toEqual(['40{"v":1,"member":"member-1"}']);
});

test('[W3] it passes totals on unvalidated, and answers pings', async () => {
  const { socket, total } = setUp();
  socket.receive(OPEN, '40{"sid":"x"}', '42["total",3]', '42["total",4,{"stale":true}]', '2');
  await settle();
  expect(total.mock.calls).toEqual([[3], [4, { stale: true }]]);
  expect(socket.sent).toContain('3');
});

test('[W3] it joins the namespace and ignores others', async () => {
  const { socket, total, ended } = setUp('/counter');
  socket.receive(OPEN, '40/counter,{"sid":"x"}', '42["total",1]', '42/counter,["total",3]');
  await settle();
  expect(total.mock.calls).toEqual([[3]]);
  socket.receive('41/counter,');
  await settle();
  expect(ended.mock.calls).toEqual([[undefined]]);
});

test('[W3] a rejection ends it with the code, even an unknown one', async () => {
  for (const code of ['site-not-listed', 'from-the-future']) {
    const { socket, ended } = setUp();
    socket.receive(OPEN, `44{"message":"no","data":{"code":"${code}"}}`);
    await settle();
    expect(ended.mock.calls).toEqual([[code]]);
    expect(socket.closed).toBe(true);
  }
});

test.each(['44{"message":"Invalid namespace"}', '44{"message":"no","data":{"code":"<b>"}}', '40{}'])(
  '[W4] a rejection without a valid code counts as a lost connection: %s',
  async (frame) => {
    const { socket, ended } = setUp();
    socket.receive(OPEN, frame);
    await settle();
    expect(ended).toHaveBeenCalledTimes(1);
    expect(isIdentifier(ended.mock.lastCall![0])).toBe(false);
    expect(socket.closed).toBe(true);
  },
);

test.each([
  ['the server disconnects', (socket: FakeWebSocket) => socket.receive('41')],
  ['the transport closes', (socket: FakeWebSocket) => socket.drop()],
  ['the transport fails, then closes', (socket: FakeWebSocket) => (socket.onerror?.({}), socket.drop())],
  ['a packet is malformed', (socket: FakeWebSocket) => socket.receive('42{"a":1}')],
  ['a packet has a reserved name', (socket: FakeWebSocket) => socket.receive('42["connect"]')],
])('[W4] it ends once and closes its socket when %s', async (_, act) => {
  for (const frames of [[OPEN, '40{"sid":"x"}', '42["total",3]'], [OPEN]]) {
    const { socket, ended } = setUp();
    socket.receive(...frames);
    await settle();
    act(socket);
    await settle();
    socket.onclose?.({});
    await settle();
    expect(ended.mock.calls).toEqual([[undefined]]);
    expect(socket.closed).toBe(true);
  }
  expect(errors).toEqual([]);
});

test('[W4] a connection that cannot be made ends', async () => {
  const { socket, ended } = setUp();
  socket.onerror?.({});
  await settle();
  expect(ended.mock.calls).toEqual([[undefined]]);
});

test.each(['0{', '0{}', '0{"sid":1', '0{"upgrades":null}'])(
  '[W4] a malformed open packet ends it without an error: %s',
  async (frame) => {
    const { socket, ended } = setUp();
    expect(() => socket.receive(frame)).not.toThrow();
    await settle();
    expect(ended).toHaveBeenCalledTimes(1);
    expect(errors).toEqual([]);
  },
);

test.each([
  '44{"message":{"toString":1}}',
  '44{}',
  '44{"message":null}',
  '44"no {"',
  '44{"message":{"toString":1},"data":{"message":"x"}}',
])('[W4] a malformed rejection causes no error: %s', async (frame) => {
  const { socket } = setUp();
  expect(() => socket.receive(OPEN, frame)).not.toThrow();
  await settle();
  expect(errors).toEqual([]);
});

test('[W4] an open packet that offers other transports opens no other connection', async () => {
  const { socket } = setUp();
  const opened = FakeWebSocket.opened.length;
  socket.receive(OPEN.replace('[]', JSON.stringify(Array(500).fill('websocket'))));
  await settle();
  expect(FakeWebSocket.opened).toHaveLength(opened);
  expect(socket.sent).toHaveLength(1);
});

test('[W4] frames that a counter never sends are dropped', async () => {
  const { socket, total, ended } = setUp();
  const junk = [
    '',
    'x',
    '9',
    '44',
    '40',
    '42',
    '43[1]',
    '4512-["total",1]',
    'bAAAA',
    '\0',
    new ArrayBuffer(4),
    null,
    {},
  ];
  socket.receive(...junk, OPEN, '40{"sid":"x"}', ...junk, '42["total",3]');
  await settle();
  expect(total.mock.calls).toEqual([[3]]);
  expect(ended).not.toHaveBeenCalled();
  expect(errors).toEqual([]);
});

test('[W3] it calls no handler after close(), which may be called twice', async () => {
  const { socket, close, total, ended } = setUp();
  socket.receive(OPEN, '40{"sid":"x"}');
  await settle();
  close();
  close();
  socket.receive('42["total",3]', '41');
  await settle();
  socket.onclose?.({});
  await settle();
  expect(socket.sent.at(-1)).toBe('41');
  expect(socket.closed).toBe(true);
  expect(total).not.toHaveBeenCalled();
  expect(ended).not.toHaveBeenCalled();
});
