import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { freezeWhenHidden } from '../src/client/more/freeze.ts';
import { currentPath, watchPath } from '../src/client/more/watch-path.ts';
import { createConnect } from './helpers/fake-connect.ts';
import { createPage, type FakePage } from './helpers/fake-page.ts';

let page: FakePage;

beforeEach(() => {
  vi.useFakeTimers();
  page = createPage();
  vi.stubGlobal('location', { pathname: '/a' });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const goTo = (pathname: string): void => void vi.stubGlobal('location', { pathname });

test('[W11] the path is normalized, and none if it is too long', () => {
  goTo('/blog/index.html');
  expect(currentPath()).toBe('/blog');
  goTo(`/${'a'.repeat(300)}`);
  expect(currentPath()).toBeUndefined();
});

test('[W11] the Navigation API reports a change of the path, and nothing else is looked at', () => {
  const navigation = new EventTarget();
  vi.stubGlobal('navigation', navigation);
  const changed = vi.fn();
  const unwatch = watchPath(changed);
  navigation.dispatchEvent(new Event('currententrychange'));
  goTo('/b');
  vi.advanceTimersByTime(10_000);
  expect(changed).not.toHaveBeenCalled();
  navigation.dispatchEvent(new Event('currententrychange'));
  expect(changed).toHaveBeenCalledTimes(1);
  unwatch();
  goTo('/c');
  navigation.dispatchEvent(new Event('currententrychange'));
  expect(changed).toHaveBeenCalledTimes(1);
});

test('[W11] without the Navigation API it looks once a second, and at once after events of the history', () => {
  const changed = vi.fn();
  const unwatch = watchPath(changed);
  goTo('/b');
  page.dispatchEvent(new Event('popstate'));
  expect(changed).toHaveBeenCalledTimes(1);
  goTo('/c');
  vi.advanceTimersByTime(1_000);
  expect(changed).toHaveBeenCalledTimes(2);
  // Another form of the same path is no change.
  goTo('/c/index.html');
  page.dispatchEvent(new Event('hashchange'));
  vi.advanceTimersByTime(1_000);
  expect(changed).toHaveBeenCalledTimes(2);
  unwatch();
  goTo('/d');
  page.dispatchEvent(new Event('popstate'));
  vi.advanceTimersByTime(5_000);
  expect(changed).toHaveBeenCalledTimes(2);
  expect(vi.getTimerCount()).toBe(0);
});

test('[W12] a hidden tab has no connection, and connects when it is shown', () => {
  const target = { origin: 'http://localhost:8081', path: '/socket.io', namespace: '/', token: undefined };
  const { connect, connections } = createConnect();
  const setHidden = (hidden: boolean): void => {
    Object.assign(page.document, { hidden });
    page.document.dispatchEvent(new Event('visibilitychange'));
  };
  Object.assign(page.document, { hidden: true });
  const close = freezeWhenHidden(
    connect,
    target,
    { v: 1, member: 'm', token: undefined },
    () => {},
    () => {},
  );
  expect(connections).toHaveLength(0);
  setHidden(false);
  setHidden(false);
  expect(connections).toHaveLength(1);
  setHidden(true);
  expect(connections[0]!.closed).toBe(true);
  setHidden(false);
  expect(connections).toHaveLength(2);
  close();
  expect(connections[1]!.closed).toBe(true);
  setHidden(true);
  setHidden(false);
  expect(connections).toHaveLength(2);
});
