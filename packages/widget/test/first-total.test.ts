import { afterEach, expect, test, vi } from 'vitest';
import { readFirstTotal } from '../src/client/first-total.ts';

const SCRIPT = 'https://example.org/live-online/';

afterEach(() => void vi.restoreAllMocks());

/** What the browser remembers of the script. `ageS` is the age of the server's time. */
function read({ name = 'live-online', duration = 7, ageS = 0, transferSize = 2_800 } = {}) {
  const description = String(Math.round(Date.now() / 1_000) - ageS);
  vi.spyOn(performance, 'getEntriesByName').mockImplementation((url) =>
    url === SCRIPT
      ? [{ transferSize, serverTiming: [{ name: 'cdn' }, { name, duration, description }] } as never]
      : [],
  );
  return readFirstTotal(SCRIPT);
}

test('[W10] the first total comes with the script', () => {
  expect(read()).toBe(7);
  expect(read({ ageS: 29 })).toBe(7);
  expect(read({ ageS: -29 })).toBe(7);
});

test.each([{ transferSize: 0 }, { ageS: 31 }, { ageS: -31 }, { ageS: NaN }, { name: 'another' }])(
  '[W10] a total from the cache, of another time or of another name is not used: %j',
  (changes) => {
    expect(read(changes)).toBeUndefined();
  },
);

test('[W10] a browser that shows nothing of the script has no first total', () => {
  expect(readFirstTotal('https://example.org/other.js')).toBeUndefined();
  vi.spyOn(performance, 'getEntriesByName').mockReturnValue([{ transferSize: 9 } as never]);
  expect(readFirstTotal(SCRIPT)).toBeUndefined();
});
