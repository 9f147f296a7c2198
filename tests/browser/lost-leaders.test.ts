import type { CDPSession, Page } from 'playwright-core';
import { describe, expect, it, vi } from 'vitest';
import { wholeChromium } from '../helpers/browsers.ts';
import { startCounter } from '../helpers/counter.ts';
import { need } from '../helpers/needs.ts';
import { startSite } from '../helpers/site.ts';
import { visit, type Visitor } from '../helpers/visitor.ts';

const cdpOf = (page: Page): Promise<CDPSession> => page.context().newCDPSession(page);

/** Two tabs of one browser, of which the first leads, and one more member that sees every number. */
async function openTabs() {
  // The next leader connects within that on a loaded machine, too.
  const { counter, url } = await startCounter({ decreaseDelayMs: 30_000 });
  const site = await startSite({
    '/': `<script async src="${url}" data-count="people"></script>`,
    '/other': `<script async src="${url}"></script>`,
    '/empty': '',
  });
  const context = await wholeChromium.getContext();
  const watcher = await visit(context, site.at('localhost', '/other'));
  await watcher.sees(1);
  const leader = await visit(context, site.at('localhost'));
  await leader.sees(2);
  const follower = await visit(context, site.at('localhost'));
  await follower.sees(2);
  await vi.waitFor(() => expect(counter.count('localhost')).toEqual({ people: 2, tabs: 3 }));
  return { counter, site, watcher, leader, follower };
}

/** The texts that a visitor has seen since it saw two members. */
const seenSinceTwo = async (watcher: Visitor): Promise<string[]> => {
  const seen = await watcher.seen();
  return seen.slice(seen.indexOf('2'));
};

describe('the leading tab of a browser is lost', () => {
  need('Chromium');

  it('[W11] its process crashes: another tab leads, and the number does not move', async () => {
    const { counter, watcher, leader, follower } = await openTabs();
    const crashed = leader.page.waitForEvent('crash');
    // The answer never comes.
    void (await cdpOf(leader.page)).send('Page.crash').catch(() => {});
    await crashed;
    await leader.page.close();
    await vi.waitFor(() => expect(counter.count('localhost')).toEqual({ people: 2, tabs: 2 }));
    await vi.waitFor(() => expect(follower.sockets.size).toBe(1));
    await follower.sees(2);
    expect(await seenSinceTwo(watcher)).toEqual(['2']);
    expect(follower.problems).toEqual([]);
  });

  it('[W11] it does not answer, as if frozen: a tab that is shown leads, and the number does not move', async () => {
    const { counter, watcher, leader, follower } = await openTabs();
    const cdp = await cdpOf(leader.page);
    // Chromium freezes hidden tabs only, and headless ones are always shown.
    await cdp.send('Debugger.enable');
    await cdp.send('Debugger.pause');
    // A tab that is shown asks at once, instead of within 10 s.
    await follower.page.evaluate(() => dispatchEvent(new Event('focus')));
    await vi.waitFor(() => expect(follower.sockets.size).toBe(1));
    await vi.waitFor(() => expect(counter.stats().connections).toBe(2));
    await cdp.send('Debugger.disable');
    await vi.waitFor(() => expect(counter.count('localhost')).toEqual({ people: 2, tabs: 3 }));
    await Promise.all([leader.sees(2), follower.sees(2)]);
    expect(await seenSinceTwo(watcher)).toEqual(['2']);
    expect(follower.problems).toEqual([]);
  });

  it('[W11] it goes to the back/forward cache and returns: the tabs are one member throughout', async () => {
    const { counter, site, watcher, leader, follower } = await openTabs();
    await leader.page.evaluate(() => Object.assign(window, { isKept: true }));
    await leader.page.goto(site.at('localhost', '/empty'));
    await vi.waitFor(() => expect(counter.count('localhost')).toEqual({ people: 2, tabs: 2 }));
    await leader.page.goBack({ waitUntil: 'commit' });
    await vi.waitFor(() => expect(counter.count('localhost')).toEqual({ people: 2, tabs: 3 }));
    await Promise.all([leader.sees(2), follower.sees(2)]);
    expect(await leader.page.evaluate(() => 'isKept' in window)).toBe(true);
    expect(counter.stats().connections).toBe(2);
    expect(await seenSinceTwo(watcher)).toEqual(['2']);
    expect([...leader.problems, ...follower.problems]).toEqual([]);
  });
});
