import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { createCounterServer, createLoginLink } from '@live-online/server';
import { takePage, type TestBrowser } from './browsers.ts';
import { openStreams, routeAnswers, type DashboardAnswers } from './dashboard-answers.ts';

const ADMIN_TOKEN = 'a-token-of-20-letters';
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A page that has signed in to the dashboard of a counter. Its figures come from `answers`, which a test may change. */
export async function openDashboard(browser: TestBrowser, answers: DashboardAnswers, hash = '#/') {
  const counter = createCounterServer({ port: 0, host: '127.0.0.1', adminToken: ADMIN_TOKEN });
  onTestFinished(() => counter.close());
  const { url } = await counter.listen();
  const page = await takePage(await browser.getContext(), openStreams);
  const problems: string[] = [];
  // Answers with an error are on purpose.
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) {
      problems.push(message.text());
    }
  });
  page.on('pageerror', ({ message }) => problems.push(message));
  await routeAnswers(page, answers);
  await page.goto(createLoginLink(url, ADMIN_TOKEN));
  await page.goto(`${url}dashboard/${hash}`);
  await page.waitForSelector('h1');
  return { counter, page, problems, url };
}

/** Expects no finding of axe-core, in dark colours, and in Chromium also in light ones. */
export async function expectAccessible(page: Page, name: string): Promise<void> {
  // Colours are computed by the same style sheet in both browsers, and axe-core takes half a second.
  const isFirefox = page.context().browser()?.browserType().name() === 'firefox';
  for (const colorScheme of isFirefox ? (['dark'] as const) : (['light', 'dark'] as const)) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // As the browser's tools do, which no content policy limits.
    await page.evaluate(axeSource);
    const found = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run: () => Promise<AxeResults> } };
      const { violations } = await axe.run();
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    });
    expect(found, `${name}, ${colorScheme}`).toEqual([]);
  }
}

/** By how much a page is wider than its window, in px. */
export async function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return Math.max(0, scrollWidth - clientWidth);
  });
}
