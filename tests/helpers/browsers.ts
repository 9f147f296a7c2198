import { chromium, firefox, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { describe, onTestFinished } from 'vitest';
import { CHROMIUM_HEADLESS, findNeed } from '../../scripts/lib/system-needs.mjs';
import { need } from './needs.ts';

/** A browser that tests of pages run in: the system's, or Playwright's own. */
export interface TestBrowser {
  name: 'chromium' | 'firefox';
  /** Where a test opens pages. They are closed or empty when it has finished; no other test has a page open meanwhile. */
  getContext(): Promise<BrowserContext>;
}

/** `SHOW_BROWSER` opens windows, to watch a test. It needs a screen. */
const headless = !process.env['SHOW_BROWSER'];

/** Chromium without requests of its own to the network, and as a visitor's browser: headless ones count as crawlers. */
const chromiumArgs = [
  '--user-agent=Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function launchChromium(): Promise<Browser> {
  const whole = need('Chromium');
  return launchChromiumAt(headless ? (findNeed(CHROMIUM_HEADLESS) ?? whole) : whole);
}

async function launchChromiumAt(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    headless,
    args: chromiumArgs,
    // Playwright turns the back/forward cache off; visitors' browsers have it.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
}

async function launchFirefox(): Promise<Browser> {
  const executablePath = need('Firefox');
  // Playwright drives other builds of Firefox by WebDriver BiDi.
  const isOwn = executablePath === firefox.executablePath();
  return firefox.launch({ executablePath, headless, ...(!isOwn && { channel: 'moz-firefox' }) });
}

/**
 * What this worker has launched, and empty pages that earlier tests have left. Its test files follow each other, and
 * modules are loaded for each of them; a browser and a context of its own for each would take longer than most tests.
 */
const { launched, emptyPages } = ((globalThis as { testBrowsers?: SharedBrowsers }).testBrowsers ??= {
  launched: new Map(),
  emptyPages: new Set(),
});

interface SharedBrowsers {
  launched: Map<string, Promise<Browser>>;
  emptyPages: Set<Page>;
}

/**
 * An empty page. It is used again by later tests: a new one costs half a second of CPU, for a window and a process.
 *
 * @param initScript runs in each document of the page before its own scripts
 */
export async function takePage(context: BrowserContext, initScript: () => void = () => {}): Promise<Page> {
  const empty = [...emptyPages].find((page) => page.context() === context && !page.isClosed());
  if (empty) emptyPages.delete(empty);
  const page = empty ?? (await context.newPage());
  // Pages behind others draw once a second, and every click waits for that.
  if (empty) await empty.bringToFront();
  const script = await page.addInitScript(initScript);
  onTestFinished(async () => {
    if (page.isClosed()) return;
    for (const event of PAGE_EVENTS) page.removeAllListeners(event);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await script.dispose();
    await page.emulateMedia({ colorScheme: null, reducedMotion: null, ...forcedColorsOf(page) });
    // A page that navigates by itself at this moment is closed with the others.
    const isEmpty = await page.goto('about:blank').then(
      () => true,
      () => false,
    );
    if (isEmpty) emptyPages.add(page);
  });
  return page;
}

/** Playwright cannot emulate forced colours in every Firefox. */
function forcedColorsOf(page: Page): { forcedColors?: null } {
  return page.context().browser()?.browserType().name() === 'chromium' ? { forcedColors: null } : {};
}

/** What tests listen to. Playwright listens to others itself. */
const PAGE_EVENTS = ['console', 'dialog', 'domcontentloaded', 'pageerror', 'request', 'websocket'];

function createTestBrowser(
  name: TestBrowser['name'],
  launch: () => Promise<Browser>,
  program: string = name,
): TestBrowser {
  return {
    name,
    async getContext() {
      let browser = await launched.get(program);
      if (!browser?.isConnected()) {
        launched.set(program, launch());
        browser = (await launched.get(program))!;
      }
      const context = browser.contexts()[0] ?? (await browser.newContext());
      onTestFinished(async () => {
        const used = context.pages().filter((page) => !emptyPages.has(page));
        await Promise.all(used.map((page) => page.close()));
      });
      return context;
    },
  };
}

export const chromiumBrowser: TestBrowser = createTestBrowser('chromium', launchChromium);
export const firefoxBrowser: TestBrowser = createTestBrowser('firefox', launchFirefox);
/** Chromium with a back/forward cache and icons of pages, which the headless program does not have. */
export const wholeChromium: TestBrowser = createTestBrowser(
  'chromium',
  () => launchChromiumAt(need('Chromium')),
  'whole chromium',
);

const inChromium = { ...chromiumBrowser, needed: 'Chromium' } as const;
const inFirefox = { ...firefoxBrowser, needed: 'Firefox' } as const;

type Suite = (browser: TestBrowser) => void;

/** A suite of tests for each browser. `$name` in its title is the name of the browser. */
export function inEachBrowser(title: string, suite: Suite): void {
  inBrowsers([inChromium, inFirefox], title, suite);
}

/**
 * The same for a suite of what browsers hardly do differently: `npm test` runs it in Chromium, and `npm run test:long` in
 * Firefox, in which a window costs a second of CPU.
 */
export function inChromiumFirst(title: string, suite: Suite): void {
  inBrowsers([process.env['TEST_BROWSER'] === 'firefox' ? inFirefox : inChromium], title, suite);
}

function inBrowsers(
  browsers: readonly (typeof inChromium | typeof inFirefox)[],
  title: string,
  suite: Suite,
): void {
  describe.each(browsers)(title, ({ needed, ...browser }) => {
    need(needed);
    suite(browser);
  });
}
