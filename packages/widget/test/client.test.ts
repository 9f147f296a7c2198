import { afterEach, beforeEach, expect, test, vi, onTestFinished } from 'vitest';
import { createClient } from '../src/client/client.ts';
import { createCounterHandle, type Counter } from '../src/client/counter-handle.ts';
import type { CounterState } from '../src/client/state.ts';
import { createConnect, type FakeConnection } from './helpers/fake-connect.ts';
import { createPage, transition } from './helpers/fake-page.ts';

const target = { origin: 'http://localhost:8081', path: '/socket.io', namespace: '/' };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function setUp({ page = createPage(), token = undefined as string | undefined } = {}) {
  const { connect, connections } = createConnect();
  const counter = createCounterHandle(createClient({ ...target, token }, connect));
  const latest = (): FakeConnection => connections.at(-1)!;
  return { page, counter, connections, latest };
}

function record(counter: Counter): CounterState[] {
  const states: CounterState[] = [];
  counter.subscribe((state) => void states.push(state));
  return states;
}

test('[W3] a listener is called with the state at once, then after each change', () => {
  const { counter, latest } = setUp();
  const states = record(counter);
  latest().total(2, undefined);
  latest().total(2, undefined);
  latest().total(3, { stale: true });
  expect(states).toEqual([
    { status: 'connecting', total: undefined },
    { status: 'live', total: 2 },
    { status: 'stale', total: 3 },
  ]);
  expect(counter.state).toBe(states.at(-1));
});

test('[W3] unsubscribing ends one subscription, even if the listener has two', () => {
  const { counter, latest } = setUp();
  const listener = vi.fn();
  const unsubscribe = counter.subscribe(listener);
  counter.subscribe(listener);
  unsubscribe();
  unsubscribe();
  latest().total(1, undefined);
  expect(listener).toHaveBeenCalledTimes(3);
});

test('[W4] an error of a listener does not affect the others, and is uncaught', () => {
  const { counter, latest } = setUp();
  const later = vi.spyOn(globalThis, 'setTimeout').mockImplementation(((task: () => void) => {
    thrown.push(task);
  }) as never);
  const thrown: (() => void)[] = [];
  const error = new Error('a bug in the app');
  counter.subscribe(({ total }) => {
    if (total) throw error;
  });
  const states = record(counter);
  latest().total(1, undefined);
  later.mockRestore();
  expect(states.at(-1)).toEqual({ status: 'live', total: 1 });
  expect(thrown.at(-1)).toThrow(error);
});

test('[W3] the handshake has version, member and token', () => {
  const { latest } = setUp({ token: 'secret' });
  expect(latest().handshake).toEqual({
    v: 1,
    member: expect.stringMatching(/^[\d-]{8,64}$/),
    token: 'secret',
  });
  expect(latest().target).toMatchObject({ origin: 'http://localhost:8081', path: '/socket.io' });
});

test('[W4] a lost connection is reopened as the same member, and is live after the next total', () => {
  const { counter, connections, latest } = setUp();
  latest().total(5, undefined);
  latest().ended(undefined);
  expect(counter.state).toEqual({ status: 'offline', total: 5 });
  expect(connections).toHaveLength(1);
  vi.advanceTimersByTime(1_000);
  expect(connections).toHaveLength(2);
  expect(counter.state.status).toBe('offline');
  latest().total(6, undefined);
  expect(counter.state).toEqual({ status: 'live', total: 6 });
  expect(latest().handshake).toBe(connections[0]!.handshake);
});

test('[P6] the next handshake has the newest valid resume token', () => {
  const { counter, latest } = setUp();
  const reconnect = (): void => {
    latest().ended(undefined);
    vi.advanceTimersByTime(30_000);
  };
  latest().total(5, { resume: 'one.1' });
  latest().total(6, undefined);
  reconnect();
  expect(latest().handshake).toMatchObject({ v: 1, resume: 'one.1' });
  latest().total(5, { resume: 'two.2' });
  for (const resume of [{}, ['x'], 5, null, '', 'a b', 'x'.repeat(100_000)]) latest().total(7, { resume });
  reconnect();
  expect(latest().handshake.resume).toBe('two.2');
  expect(counter.state).toEqual({ status: 'offline', total: 7 });
});

test.each([
  ['no jitter', 0, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000]],
  ['the most jitter', 1, [500, 1_000, 2_000, 4_000, 8_000, 15_000]],
])('[W4] it retries for ever, with delays that double up to 30 s: %s', (_name, random, delays) => {
  vi.spyOn(Math, 'random').mockReturnValue(random);
  onTestFinished(() => void vi.restoreAllMocks());
  const { counter, connections, latest } = setUp();
  const gaps: number[] = [];
  for (let round = 0; round < 40; round++) {
    const from = Date.now();
    latest().ended(undefined);
    vi.advanceTimersToNextTimer();
    gaps.push(Date.now() - from);
  }
  expect(connections).toHaveLength(41);
  expect(counter.state).toEqual({ status: 'offline', total: undefined });
  expect(gaps.slice(0, 6)).toEqual(delays);
  expect(new Set(gaps.slice(5))).toEqual(new Set(delays.slice(5)));
});

test('[W4] a connection that ends after its first total counts as a failure', () => {
  const { connections, latest } = setUp();
  for (let round = 0; round < 8; round++) {
    latest().total(1, undefined);
    latest().ended(undefined);
    vi.advanceTimersToNextTimer();
  }
  latest().ended(undefined);
  vi.advanceTimersByTime(14_000);
  expect(connections).toHaveLength(9);
});

test('[W4] a connection that lasted resets the backoff', () => {
  const { connections, latest } = setUp();
  for (let round = 0; round < 8; round++) {
    latest().ended(undefined);
    vi.advanceTimersToNextTimer();
  }
  latest().total(1, undefined);
  vi.advanceTimersByTime(5_000);
  latest().ended(undefined);
  vi.advanceTimersByTime(1_000);
  expect(connections).toHaveLength(10);
});

test('[W3] a rejection closes the counter with the reason, and without a retry', () => {
  const { counter, connections, latest } = setUp();
  latest().ended('site-not-listed');
  expect(counter.state).toEqual({ status: 'closed', total: undefined, reason: 'site-not-listed' });
  vi.advanceTimersByTime(3_600_000);
  expect(connections).toHaveLength(1);
});

test('[W3] close() is final, and may be called twice', () => {
  const { page, counter, connections, latest } = setUp();
  const states = record(counter);
  latest().total(2, undefined);
  counter.close();
  counter.close();
  expect(latest().closed).toBe(true);
  expect(states.at(-1)).toStrictEqual({ status: 'closed', total: 2 });
  expect(states).toHaveLength(3);
  page.dispatchEvent(transition('pageshow', true));
  vi.advanceTimersByTime(60_000);
  expect(connections).toHaveLength(1);
  expect(record(counter)).toEqual([{ status: 'closed', total: 2 }]);
});

test('[W3] close() cancels the next attempt', () => {
  const { counter, connections, latest } = setUp();
  latest().ended(undefined);
  counter.close();
  vi.advanceTimersByTime(60_000);
  expect(connections).toHaveLength(1);
});

test('[W3] a listener may close its counter', () => {
  const { page, counter, connections, latest } = setUp();
  counter.subscribe(({ status }) => {
    if (status === 'offline') counter.close();
  });
  latest().ended(undefined);
  vi.advanceTimersByTime(60_000);
  page.dispatchEvent(transition('pageshow', true));
  expect(connections).toHaveLength(1);
});

test('[W4] pagehide closes the connection, and pageshow from the back/forward cache reopens it as the same member', () => {
  const { page, counter, connections, latest } = setUp();
  latest().total(7, undefined);
  page.dispatchEvent(transition('pagehide', true));
  expect(latest().closed).toBe(true);
  page.dispatchEvent(transition('pageshow', true));
  expect(connections).toHaveLength(2);
  expect(latest().handshake).toBe(connections[0]!.handshake);
  expect(counter.state).toEqual({ status: 'connecting', total: 7 });
});

test('[W4] pageshow of a page that was not cached opens no connection', () => {
  const { page, connections } = setUp();
  page.dispatchEvent(transition('pageshow', false));
  expect(connections).toHaveLength(1);
});

test('[W4] a page does not retry while it is in the back/forward cache', () => {
  const { page, connections, latest } = setUp();
  latest().ended(undefined);
  page.dispatchEvent(transition('pagehide', true));
  vi.advanceTimersByTime(60_000);
  expect(connections).toHaveLength(1);
});

test('[W4] a rejected page retries when it returns from the back/forward cache', () => {
  const { page, counter, connections, latest } = setUp();
  latest().ended('full');
  page.dispatchEvent(transition('pagehide', true));
  page.dispatchEvent(transition('pageshow', true));
  expect(connections).toHaveLength(2);
  expect(counter.state).toStrictEqual({ status: 'connecting', total: undefined });
});

test('[W4] a prerendered page connects when it is visited', () => {
  const page = createPage({ prerendering: true });
  const { counter, connections } = setUp({ page });
  expect(connections).toHaveLength(0);
  expect(counter.state.status).toBe('connecting');
  // The page is loaded, but it is not visited yet.
  page.dispatchEvent(transition('pageshow', false));
  expect(connections).toHaveLength(0);
  // Chromium makes the page visible first.
  page.dispatchEvent(new Event('visibilitychange'));
  expect(connections).toHaveLength(0);
  page.document.prerendering = false;
  vi.advanceTimersByTime(100);
  expect(connections).toHaveLength(1);
});

test('[W4] a counter that is closed while its page is prerendered never connects', () => {
  const page = createPage({ prerendering: true });
  const { counter, connections } = setUp({ page });
  counter.close();
  page.document.prerendering = false;
  page.dispatchEvent(new Event('visibilitychange'));
  vi.advanceTimersByTime(60_000);
  expect(connections).toHaveLength(0);
});

test.each(['online', 'pageshow', 'visibilitychange'])(
  '[W4] %s ends the wait for the next attempt',
  (type) => {
    const { page, connections, latest } = setUp();
    latest().ended();
    page.dispatchEvent(new Event(type));
    expect(connections).toHaveLength(2);
    // That attempt is under way, and then live.
    page.dispatchEvent(new Event(type));
    latest().total(3);
    page.dispatchEvent(new Event(type));
    vi.advanceTimersByTime(60_000);
    expect(connections).toHaveLength(2);
  },
);

test('[W4] a page that wakes up often does not reset the backoff', () => {
  const { page, connections, latest } = setUp();
  for (let times = 0; times < 6; times++) {
    latest().ended();
    page.dispatchEvent(new Event('online'));
  }
  latest().ended();
  vi.advanceTimersByTime(14_000);
  expect(connections).toHaveLength(7);
});

test('[W4] nothing wakes a counter that is rejected, closed or in the back/forward cache', () => {
  const { page, counter, connections, latest } = setUp();
  const wake = (): void =>
    ['online', 'pageshow', 'visibilitychange'].forEach((type) => page.dispatchEvent(new Event(type)));
  latest().ended('full');
  wake();
  expect(connections).toHaveLength(1);
  page.dispatchEvent(transition('pageshow', true));
  latest().ended();
  page.dispatchEvent(transition('pagehide', true));
  wake();
  expect(connections).toHaveLength(2);
  page.dispatchEvent(transition('pageshow', true));
  latest().ended();
  counter.close();
  wake();
  expect(connections).toHaveLength(3);
});
