import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Handshake } from '../src/client/connection.ts';
import type { ConnectReporting } from '../src/client/fallback.ts';
import { createBrowser } from './helpers/fake-browser.ts';
import { createConnect, type FakeConnection } from './helpers/fake-connect.ts';

const target = { origin: 'http://localhost:8081', path: '/socket.io', namespace: '/', token: undefined };

beforeEach(() => {
  vi.useFakeTimers();
  createBrowser();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Lets messages, locks and timers of less than `ms` take effect. */
const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

interface Tab {
  readonly connections: FakeConnection[];
  readonly totals: unknown[];
  readonly ends: unknown[];
  readonly close: () => void;
}

/** A tab has its own copy of the module, because its memory is its own. */
async function openTab(member: string): Promise<Tab> {
  vi.resetModules();
  const { connectAsBrowser } = await import('../src/client/more/browser-group.ts');
  const { connect, connections } = createConnect();
  const reporting: ConnectReporting = (...args) => Object.assign(connect(...args), { report: () => {} });
  const totals: unknown[] = [];
  const ends: unknown[] = [];
  const handshake: Handshake = { v: 1, member, token: undefined };
  const close = connectAsBrowser(
    reporting,
    false,
    target,
    handshake,
    (total) => totals.push(total),
    (code) => ends.push(code),
  );
  await settle();
  return { connections, totals, ends, close };
}

test('[W11] one tab connects, and the others receive what it receives', async () => {
  const first = await openTab('a');
  const second = await openTab('b');
  expect([first.connections.length, second.connections.length]).toEqual([1, 0]);
  first.connections[0]!.total(4);
  await settle();
  expect([first.totals, second.totals]).toEqual([[4], [4]]);
  const third = await openTab('c');
  expect(third.totals).toEqual([4]);
  expect(first.connections[0]!.handshake.tabs).toBe(3);
});

test('[W11] when the leader closes, the next tab connects as the same member', async () => {
  const first = await openTab('a');
  const second = await openTab('b');
  first.connections[0]!.total(2);
  await settle();
  first.close();
  await settle(200);
  expect(first.connections[0]!.closed).toBe(true);
  expect(second.connections.map(({ handshake }) => [handshake.member, handshake.tabs])).toEqual([['a', 1]]);
});

test('[W11] a tab that is shown takes over from a leader that does not answer within 3 s', async () => {
  const first = await openTab('a');
  first.connections[0]!.total(1);
  const second = await openTab('b');
  // The leader is frozen: it receives no message.
  const { postMessage } = BroadcastChannel.prototype;
  BroadcastChannel.prototype.postMessage = () => {};
  await settle(10_000);
  expect(second.connections).toHaveLength(0);
  await settle(3_000);
  BroadcastChannel.prototype.postMessage = postMessage;
  expect(second.connections.map(({ handshake }) => handshake.member)).toEqual(['a']);
  // It notices that the lock is stolen when it goes on.
  expect(first.connections[0]!.closed).toBe(true);
  second.connections[0]!.total(5);
  await settle();
  expect(first.totals.at(-1)).toBe(5);
});

test('[W11] a lost connection is lost for all tabs', async () => {
  const [first, second] = [await openTab('a'), await openTab('b')];
  first.connections[0]!.ended('site-not-listed');
  await settle(200);
  expect([first.ends, second.ends]).toEqual([['site-not-listed'], ['site-not-listed']]);
  expect(second.connections).toHaveLength(0);
});

test('[W11] a page to which the browser refuses locks stands for itself', async () => {
  vi.stubGlobal('navigator', {
    locks: {
      request: () => Promise.reject(new Error('refused')),
      query: () => Promise.reject(new Error('refused')),
    },
  });
  const tab = await openTab('a');
  expect(tab.connections).toHaveLength(1);
  tab.close();
  expect(tab.connections[0]!.closed).toBe(true);
});
