import type { Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { createCounterServer, createLoginLink } from '@live-online/server';
import { axeViolations } from './axe-violations.ts';
import { takePage, type TestBrowser } from './browsers.ts';
import { openStreams, routeAnswers, type DashboardAnswers } from './dashboard-answers.ts';

const ADMIN_TOKEN = 'a-token-of-20-letters';

/**
 * A page that has signed in to the dashboard of a counter. Its figures come from `answers`, which a test may
 * change, or from the counter itself. `problems` has what the page has written to the console as an error, without what is ignored.
 */
export async function openDashboard(
  browser: TestBrowser,
  answers: DashboardAnswers | undefined,
  hash = '#/',
  { ignored }: { ignored?: RegExp } = {},
) {
  const counter = createCounterServer({ port: 0, host: '127.0.0.1', adminToken: ADMIN_TOKEN });
  onTestFinished(() => counter.close());
  const { url } = await counter.listen();
  const page = await takePage(await browser.getContext(), answers && openStreams);
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !ignored?.test(message.text())) problems.push(message.text());
  });
  page.on('pageerror', ({ message }) => problems.push(message));
  if (answers) await routeAnswers(page, answers);
  await page.goto(createLoginLink(url, ADMIN_TOKEN));
  await page.goto(`${url}dashboard/${hash}`);
  await page.waitForSelector('h1');
  return { counter, page, problems, url };
}

/** Expects no finding of axe-core, in dark colours, and in Chromium also in light ones. */
export async function expectAccessible(page: Page, name: string): Promise<void> {
  const findings = async (colorScheme: 'light' | 'dark', rules: 'all' | 'colors'): Promise<void> => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect(await axeViolations(page, rules), `${name}, ${colorScheme}`).toEqual([]);
  };
  // Colours are computed by the same style sheet in both browsers, and axe-core takes half a second.
  const isFirefox = page.context().browser()?.browserType().name() === 'firefox';
  if (!isFirefox) await findings('light', 'colors');
  await findings('dark', 'all');
}

/** By how much a page is wider than its window, in px. */
export async function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return Math.max(0, scrollWidth - clientWidth);
  });
}
