import { existsSync } from 'node:fs';
import { afterAll, beforeAll } from 'vitest';
import { chromium, firefox, type Browser } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const FIREFOX = '/usr/bin/firefox-esr';

/** Chromium without anything that would call out to the world by itself. */
const chromiumArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The browsers that every test of a page runs in: Debian's, or Playwright's own where those are not installed. */
export const browsers: readonly { name: 'chromium' | 'firefox'; launch: () => Promise<Browser> }[] = [
  {
    name: 'chromium',
    launch: () =>
      chromium.launch({
        args: chromiumArgs,
        // Playwright turns the back/forward cache off; visitors' browsers have it.
        ignoreDefaultArgs: ['--disable-back-forward-cache'],
        ...(existsSync(CHROMIUM) && { executablePath: CHROMIUM }),
      }),
  },
  {
    name: 'firefox',
    launch: () =>
      firefox.launch(existsSync(FIREFOX) ? { channel: 'moz-firefox', executablePath: FIREFOX } : {}),
  },
];

/** One browser for all tests of a suite. The handle is filled before the first of them. */
export function useBrowser(launch: () => Promise<Browser>): { current: Browser } {
  const handle = {} as { current: Browser };
  beforeAll(async () => {
    handle.current = await launch();
  });
  afterAll(() => handle.current?.close());
  return handle;
}
