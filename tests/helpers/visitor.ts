import type { BrowserContext, Page } from 'playwright-core';
import { expect, vi } from 'vitest';
import type { LocWidget } from '@live-online/widget';
import { takePage } from './browsers.ts';

/** A tab with a page that shows the total, in the badge or in an element of its own. */
export interface Visitor {
  page: Page;
  /** Waits until the page shows `total`, as exactly that text, and over its connection: the script may bring a first total. */
  sees(total: number): Promise<void>;
  /** Every text that the number has had in the page now open, oldest first. */
  seen(): Promise<string[]>;
  /** What went wrong in the page: uncaught errors, and what it wrote to the console as one. */
  problems: string[];
  /** The URLs of the WebSockets over which the page has received something. */
  sockets: Set<string>;
  /** What the page wrote to the console as a warning. */
  warnings: string[];
}

/** Opens a tab and remembers everything that it shows. */
export async function visit(context: BrowserContext, url: string): Promise<Visitor> {
  // Playwright's own script, which a page's CSP does not reach.
  const page = await takePage(context, () => {
    const texts: string[] = [];
    (window as unknown as { shownTexts: string[] }).shownTexts = texts;
    const look = (): void => {
      const text = document.querySelector('#_loc, [data-live-online]')?.textContent;
      if (typeof text === 'string' && texts.at(-1) !== text) texts.push(text);
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
  });
  const problems: string[] = [];
  const warnings: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
    if (message.type() === 'warning') warnings.push(message.text());
  });
  const sockets = new Set<string>();
  page.on('websocket', (socket) => socket.on('framereceived', () => sockets.add(socket.url())));
  await page.goto(url);
  const received = (): Promise<string | null> =>
    page.evaluate(() => {
      const { locWidget } = window as { locWidget?: Partial<LocWidget> };
      if (locWidget?.state?.status === 'connecting') return null;
      return document.querySelector('#_loc, [data-live-online]')?.textContent ?? null;
    });
  return {
    page,
    problems,
    sockets,
    warnings,
    sees: (total) => vi.waitFor(async () => expect(await received()).toBe(String(total)), { interval: 20 }),
    seen: () => page.evaluate(() => (window as unknown as { shownTexts: string[] }).shownTexts),
  };
}
