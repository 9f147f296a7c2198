import type { Page } from 'playwright-core';
import { expect, it, vi } from 'vitest';
import type { LocWidget } from '@live-online/widget';
import { inChromiumFirst } from '../helpers/browsers.ts';
import { startCounter } from '../helpers/counter.ts';
import { startSite } from '../helpers/site.ts';
import { visit } from '../helpers/visitor.ts';

const tag = (url: string, attributes = ''): string => `<script async src="${url}" ${attributes}></script>`;
const people = 'data-count="people"';

type Global = { locWidget: LocWidget };

const stateOf = (page: Page): Promise<LocWidget['state']> =>
  page.evaluate(() => (window as unknown as Global).locWidget.state);

inChromiumFirst('people and pages in $name', ({ getContext }) => {
  it('[C2] the tabs of one browser are one member, and the number does not move when they close', async () => {
    // The next tab connects within that on a loaded machine, too.
    const { counter, url } = await startCounter({ decreaseDelayMs: 5_000 });
    const site = await startSite({ '/': tag(url, people), '/other': tag(url), '/empty': '' });
    const context = await getContext();
    const watcher = await visit(context, site.at('localhost', '/other'));
    await watcher.sees(1);
    const tabs = [];
    for (let index = 0; index < 3; index++) {
      tabs.push(await visit(context, site.at('localhost')));
      await tabs[index]!.sees(2);
    }
    await vi.waitFor(() => expect(counter.stats().connections).toBe(2));
    await vi.waitFor(() => expect(counter.count('localhost')).toEqual({ people: 2, tabs: 4 }));
    // The first tab holds the connection. It closes, and the next one goes to another page.
    await tabs[0]!.page.close();
    await vi.waitFor(() => expect(counter.count('localhost')).toEqual({ people: 2, tabs: 3 }));
    await tabs[1]!.page.goto(site.at('localhost', '/empty'));
    await vi.waitFor(() => expect(counter.count('localhost')).toEqual({ people: 2, tabs: 2 }));
    await tabs[2]!.sees(2);
    await vi.waitFor(() => expect(counter.stats().connections).toBe(2));
    const seen = await watcher.seen();
    expect(seen.slice(seen.indexOf('2'))).toEqual(['2']);
    await tabs[2]!.page.close();
    await watcher.sees(1);
    expect([...watcher.problems, ...tabs[2]!.problems]).toEqual([]);
  });

  it('[C2] all tabs of a browser follow the total, and lose it together', async () => {
    const first = await startCounter();
    const site = await startSite({ '/': tag(first.url, people), '/other': tag(first.url) });
    const context = await getContext();
    const tabs = await Promise.all([1, 2].map(() => visit(context, site.at('localhost'))));
    await Promise.all(tabs.map((tab) => tab.sees(1)));
    const other = await visit(context, site.at('localhost', '/other'));
    await Promise.all([...tabs, other].map((tab) => tab.sees(2)));
    await first.counter.close();
    for (const tab of tabs)
      await vi.waitFor(async () => expect((await stateOf(tab.page))?.status).toBe('offline'));
    const { counter } = await startCounter({ port: first.port });
    for (const tab of tabs)
      await vi.waitFor(async () => expect((await stateOf(tab.page))?.status).toBe('live'));
    await Promise.all(tabs.map((tab) => tab.sees(2)));
    await vi.waitFor(() => expect(counter.stats().connections).toBe(2));
  });

  it('[C2] without navigator.locks, as on plain http, each tab is a member', async () => {
    const { counter, url } = await startCounter();
    const without = '<script>delete Navigator.prototype.locks</script>';
    const site = await startSite({ '/': without + tag(url, people) });
    const context = await getContext();
    const tabs = await Promise.all([1, 2].map(() => visit(context, site.at('localhost'))));
    await Promise.all(tabs.map((tab) => tab.sees(2)));
    await vi.waitFor(() => expect(counter.count('localhost')).toEqual({ people: 2, tabs: 2 }));
  });

  it.each([
    ['the Navigation API', ''],
    ['events and a timer', '<script>delete window.navigation</script>'],
  ])('[W11] a page that changes without a load moves its member, by %s', async (_, before) => {
    const { counter, url } = await startCounter();
    const html = before + tag(url, 'data-scope="page"');
    const site = await startSite({ '/blog/': html, '/about': html });
    const context = await getContext();
    const [walker, reader] = await Promise.all([
      visit(context, site.at('localhost', '/blog/?from=mail')),
      visit(context, site.at('localhost', '/about')),
    ]);
    await Promise.all([walker.sees(1), reader.sees(1)]);
    await vi.waitFor(async () =>
      expect(await stateOf(walker.page)).toEqual({ status: 'live', total: 2, page: 1 }),
    );
    await walker.page.evaluate(() => history.pushState(null, '', '/about/index.html#top'));
    await Promise.all([walker.sees(2), reader.sees(2)]);
    expect([...counter.pages('localhost').pages]).toEqual([['/about', 2]]);
    await walker.page.goBack();
    await Promise.all([walker.sees(1), reader.sees(1)]);
    await vi.waitFor(() => expect(counter.stats().connections).toBe(2));
    expect(await reader.seen()).toEqual(['1', '2', '1']);
    expect(walker.problems).toEqual([]);
  });

  it('[W11] a person is on the page of the tab that is shown', async () => {
    const { counter, url } = await startCounter();
    const html = tag(url, `${people} data-scope="page"`);
    const site = await startSite({ '/one': html, '/two': html });
    const context = await getContext();
    const one = await visit(context, site.at('localhost', '/one'));
    await one.sees(1);
    const two = await visit(context, site.at('localhost', '/two'));
    await two.sees(1);
    await vi.waitFor(() => expect([...counter.pages('localhost').pages]).toEqual([['/two', 1]]));
    await one.page.evaluate(() => dispatchEvent(new Event('focus')));
    await vi.waitFor(() => expect([...counter.pages('localhost').pages]).toEqual([['/one', 1]]));
    await vi.waitFor(() => expect(counter.count('localhost')).toEqual({ people: 1, tabs: 2 }));
  });

  it('[W12] optOut() removes the page from the count for good', async () => {
    const { counter, url } = await startCounter();
    const site = await startSite({ '/': tag(url) });
    const tab = await visit(await getContext(), site.at('localhost'));
    await tab.sees(1);
    await tab.page.evaluate(() => {
      const { locWidget } = window as unknown as Global;
      locWidget.optOut();
      locWidget.destroy();
      locWidget.init();
    });
    await vi.waitFor(() => expect(counter.total('localhost')).toBe(0));
    expect(await stateOf(tab.page)).toMatchObject({
      status: 'closed',
      reason: 'opted-out',
    });
    expect(await tab.page.locator('#_loc').count()).toBe(0);
    expect(tab.problems).toEqual([]);
  });

  it('[W12] data-min hides the badge below a number', async () => {
    const { url } = await startCounter();
    const site = await startSite({ '/': tag(url, 'data-min="2"') });
    const context = await getContext();
    const first = await visit(context, site.at('localhost'));
    await vi.waitFor(async () => expect((await stateOf(first.page))?.total).toBe(1));
    expect(await first.page.locator('#_loc').count()).toBe(0);
    const second = await visit(context, site.at('localhost'));
    await Promise.all([first.sees(2), second.sees(2)]);
    await second.page.close();
    await vi.waitFor(async () => expect(await first.page.locator('#_loc').count()).toBe(0));
  });

  it('[W12] data-freeze disconnects hidden tabs, which keep the number', async () => {
    const { counter, url } = await startCounter();
    const site = await startSite({ '/': tag(url, 'data-freeze') });
    const tab = await visit(await getContext(), site.at('localhost'));
    await tab.sees(1);
    // Tabs in the background stay visible in headless browsers.
    const setHidden = (hidden: boolean): Promise<void> =>
      tab.page.evaluate((value) => {
        Object.defineProperty(document, 'hidden', { value, configurable: true });
        document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
      }, hidden);
    await setHidden(true);
    await vi.waitFor(() => expect(counter.total('localhost')).toBe(0));
    expect(await tab.page.locator('#_loc').textContent()).toBe('1');
    await setHidden(false);
    await vi.waitFor(() => expect(counter.total('localhost')).toBe(1));
    expect(tab.problems).toEqual([]);
  });
});
