import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Announcer } from '../src/element/announcer.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An announcer, and what its live region has announced: its changes while it is live. */
function createAnnouncer() {
  const attributes = new Map<string, string>();
  const announced: string[] = [];
  let text = '';
  const region = {
    get textContent() {
      return text;
    },
    set textContent(value: string) {
      if (attributes.has('role')) announced.push(value);
      text = value;
    },
    setAttribute: (name: string, value: string) => attributes.set(name, value),
    removeAttribute: (name: string) => attributes.delete(name),
  };
  const announcer = new Announcer(region as unknown as HTMLElement);
  return { announcer, announced, text: () => text };
}

it('[W2] changes are announced at most every 10 s, the newest one of them', () => {
  const { announcer, announced, text } = createAnnouncer();
  announcer.announce('1');
  expect(text()).toBe('1');
  announcer.announce('2');
  announcer.announce('3');
  vi.advanceTimersByTime(9_999);
  expect(text()).toBe('1');
  vi.advanceTimersByTime(1);
  announcer.announce('4');
  expect(announced).toEqual(['3']);
  vi.advanceTimersByTime(10_000);
  expect(announced).toEqual(['3', '4']);
});

it('[W2] after a quiet time, a change is announced at once, and the first text is not announced', () => {
  const { announcer, announced } = createAnnouncer();
  announcer.announce('1');
  announcer.announce('1');
  vi.advanceTimersByTime(10_000);
  expect(vi.getTimerCount()).toBe(0);
  expect(announced).toEqual([]);
  announcer.announce('2');
  expect(announced).toEqual(['2']);
});

it('[W2] a number that is back before it could be announced is not announced', () => {
  const { announcer, announced } = createAnnouncer();
  announcer.announce('1');
  announcer.announce('2');
  announcer.announce('1');
  vi.advanceTimersByTime(20_000);
  expect(announced).toEqual([]);
});

it('[W2] reset() leaves no timer', () => {
  const { announcer, announced, text } = createAnnouncer();
  announcer.announce('1');
  announcer.reset();
  expect([text(), vi.getTimerCount()]).toEqual(['', 0]);
  announcer.announce('2');
  expect([text(), announced]).toEqual(['2', []]);
});
