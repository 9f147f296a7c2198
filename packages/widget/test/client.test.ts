import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createClient, type Counter } from '../src/client/client.ts';
import type { CounterState } from '../src/client/state.ts';
import { createConnect, type FakeConnection } from './helpers/fake-connect.ts';
import { createPage, transition, type FakePage } from './helpers/fake-page.ts';

const target = { origin: 'http://localhost:8081', path: '/socket.io', namespace: '/', token: undefined };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function setUp({ page = createPage(), token = undefined as string | undefined } = {}) {
  const { connect, connections } = createConnect();
  const counter = createClient({ ...target, token }, connect, page);
  const latest = (): FakeConnection => connections.at(-1)!;
  return { page, counter, connections, latest };
}

function record(counter: Counter): CounterState[] {
  const heard: CounterState[] = [];
  counter.subscribe((state) => void heard.push(state));
  return heard;
}

test('[W3] a subscriber hears the state at once, then each change', () => {
  const { counter, latest } = setUp();
  const heard = record(counter);
  latest().total(2, undefined);
  latest().total(2, undefined);
  latest().total(3, { stale: true });
  expect(heard).toEqual([
    { status: 'connecting', total: undefined },
    { status: 'live', total: 2 },
    { status: 'stale', total: 3 },
  ]);
  expect(counter.state).toBe(heard.at(-1));
});

test('[W3] each subscription ends for itself, also of one listener subscribed twice', () => {
  const { counter, latest } = setUp();
  const listener = vi.fn();
  const unsubscribe = counter.subscribe(listener);
  counter.subscribe(listener);
  unsubscribe();
  unsubscribe();
  latest().total(1, undefined);
  expect(listener).toHaveBeenCalledTimes(3);
});

test('[W4] a listener that throws hurts nobody else, and is reported as an error of its own', () => {
  const { counter, latest } = setUp();
  const later = vi.spyOn(globalThis, 'setTimeout').mockImplementation(((task: () => void) => {
    thrown.push(task);
  }) as never);
  const thrown: (() => void)[] = [];
  const error = new Error('a bug in the app');
  counter.subscribe(({ total }) => {
    if (total) throw error;
  });
  const heard = record(counter);
  latest().total(1, undefined);
  later.mockRestore();
  expect(heard.at(-1)).toEqual({ status: 'live', total: 1 });
  expect(thrown.at(-1)).toThrow(error);
});

test('[W3] the handshake carries version, member and token', () => {
  const { latest } = setUp({ token: 'secret' });
  expect(latest().handshake).toEqual({
    v: 1,
    member: expect.stringMatching(/^[\d-]{8,64}$/),
    token: 'secret',
  });
  expect(latest().target).toMatchObject({ origin: 'http://localhost:8081', path: '/socket.io' });
});

test('[W4] a lost connection is made again, as the same member, and lives with the next total', () => {
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

test('[P6] the newest word that a server has said is in the next handshake', () => {
  const { counter, latest } = setUp();
  const comeBack = (): void => {
    latest().ended(undefined);
    vi.advanceTimersByTime(30_000);
  };
  latest().total(5, { server: 'one.1' });
  latest().total(6, undefined);
  comeBack();
  expect(latest().handshake).toMatchObject({ v: 1, server: 'one.1' });
  latest().total(5, { server: 'two.2' });
  for (const server of [{}, ['x'], 5, null, '', 'a b', 'x'.repeat(100_000)]) latest().total(7, { server });
  comeBack();
  expect(latest().handshake.server).toBe('two.2');
  expect(counter.state).toEqual({ status: 'offline', total: 7 });
});

test('[W4] a server that stays away is tried for ever, ever more calmly', () => {
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
  expect(gaps[0]).toBeLessThanOrEqual(1_000);
  expect(Math.min(...gaps.slice(10))).toBeGreaterThanOrEqual(15_000);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(30_000);
});

test('[W4] a server that takes everybody in and throws them out at once meets the same calm', () => {
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

test('[W4] a connection that held for a while is tried again soon', () => {
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

test('[W3] a refusal closes the counter, tells the reason, and is not tried again', () => {
  const { counter, connections, latest } = setUp();
  latest().ended('site-not-listed');
  expect(counter.state).toEqual({ status: 'closed', total: undefined, reason: 'site-not-listed' });
  vi.advanceTimersByTime(3_600_000);
  expect(connections).toHaveLength(1);
});

test('[W3] close() leaves for good, and may be called twice', () => {
  const { page, counter, connections, latest } = setUp();
  const heard = record(counter);
  latest().total(2, undefined);
  counter.close();
  counter.close();
  expect(latest().closed).toBe(true);
  expect(heard.at(-1)).toStrictEqual({ status: 'closed', total: 2 });
  expect(heard).toHaveLength(3);
  page.dispatchEvent(transition('pageshow', true));
  vi.advanceTimersByTime(60_000);
  expect(connections).toHaveLength(1);
  expect(record(counter)).toEqual([{ status: 'closed', total: 2 }]);
});

test('[W3] close() while it waits for the next attempt ends the waiting', () => {
  const { counter, connections, latest } = setUp();
  latest().ended(undefined);
  counter.close();
  vi.advanceTimersByTime(60_000);
  expect(connections).toHaveLength(1);
});

test('[W3] a listener may close the counter that it listens to', () => {
  const { page, counter, connections, latest } = setUp();
  counter.subscribe(({ status }) => {
    if (status === 'offline') counter.close();
  });
  latest().ended(undefined);
  vi.advanceTimersByTime(60_000);
  page.dispatchEvent(transition('pageshow', true));
  expect(connections).toHaveLength(1);
});

test('[W4] pagehide ends the connection, pageshow from the cache makes it again as the same member', () => {
  const { page, counter, connections, latest } = setUp();
  latest().total(7, undefined);
  page.dispatchEvent(transition('pagehide', true));
  expect(latest().closed).toBe(true);
  page.dispatchEvent(transition('pageshow', true));
  expect(connections).toHaveLength(2);
  expect(latest().handshake).toBe(connections[0]!.handshake);
  expect(counter.state).toEqual({ status: 'connecting', total: 7 });
});

test('[W4] the pageshow of a page that was never away opens nothing', () => {
  const { page, connections } = setUp();
  page.dispatchEvent(transition('pageshow', false));
  expect(connections).toHaveLength(1);
});

test('[W4] a page put into the cache while it waits for its next attempt does not try there', () => {
  const { page, connections, latest } = setUp();
  latest().ended(undefined);
  page.dispatchEvent(transition('pagehide', true));
  vi.advanceTimersByTime(60_000);
  expect(connections).toHaveLength(1);
});

test('[W4] a refused page tries again when it comes back from the cache', () => {
  const { page, counter, connections, latest } = setUp();
  latest().ended('full');
  page.dispatchEvent(transition('pagehide', true));
  page.dispatchEvent(transition('pageshow', true));
  expect(connections).toHaveLength(2);
  expect(counter.state).toStrictEqual({ status: 'connecting', total: undefined });
});

test('[W4] a page rendered ahead of its visit connects when the visit begins', () => {
  const page: FakePage = createPage({ prerendering: true });
  const { counter, connections } = setUp({ page });
  expect(connections).toHaveLength(0);
  expect(counter.state.status).toBe('connecting');
  page.document.dispatchEvent(new Event('prerenderingchange'));
  expect(connections).toHaveLength(1);
});

test('[W4] one closed before its visit never connects', () => {
  const page = createPage({ prerendering: true });
  const { counter, connections } = setUp({ page });
  counter.close();
  page.document.dispatchEvent(new Event('prerenderingchange'));
  expect(connections).toHaveLength(0);
});
