import { expect, it, vi } from 'vitest';
import { inEachBrowser, wholeChromium } from '../helpers/browsers.ts';
import { recipe, startCounter } from '../helpers/counter.ts';
import { startSite } from '../helpers/site.ts';
import { visit } from '../helpers/visitor.ts';

inEachBrowser('counting in $name', ({ name, getContext }) => {
  it('[W1] the two lines of the recipe show the number, and nothing but the number', async () => {
    const { url } = await startCounter();
    const site = await startSite({ '/': `<body><h1>Home</h1>${recipe(url)}` });
    const tab = await visit(await getContext(), site.at('localhost'));
    await tab.sees(1);
    const element = tab.page.locator('#_loc');
    expect(await element.count()).toBe(1);
    expect(await element.evaluate(({ parentElement }) => parentElement?.tagName)).toBe('BODY');
    expect(await element.isVisible()).toBe(true);
    expect(tab.problems).toEqual([]);
  });

  it('[C1] two origins count apart', async () => {
    const { url } = await startCounter();
    const site = await startSite({ '/': recipe(url) });
    const context = await getContext();
    const hosts = ['localhost', 'localhost', '127.0.0.1', 'shop.localhost'];
    const tabs = await Promise.all(hosts.map((host) => visit(context, site.at(host))));
    await Promise.all([2, 2, 1, 1].map((total, index) => tabs[index]!.sees(total)));
  });

  it('[C2] three tabs, one is closed', async () => {
    const { counter, url } = await startCounter();
    const site = await startSite({ '/': recipe(url) });
    const context = await getContext();
    const tabs = await Promise.all([1, 2, 3].map(() => visit(context, site.at('localhost'))));
    await Promise.all(tabs.map((tab) => tab.sees(3)));
    await tabs[2]!.page.close();
    await Promise.all(tabs.slice(0, 2).map((tab) => tab.sees(2)));
    expect(counter.total('localhost')).toBe(2);
  });

  it('[C4] a visitor who goes from page to page never sees a lower total', async () => {
    // On a busy machine a page takes longer than the default of one second.
    const { url } = await startCounter({ decreaseDelayMs: 10_000 });
    const link = (to: string): string => `<a href="${to}">on</a>${recipe(url)}`;
    const site = await startSite({ '/': link('/two'), '/two': link('/three'), '/three': link('/') });
    const context = await getContext();
    const watcher = await visit(context, site.at('localhost'));
    const walker = await visit(context, site.at('localhost'));
    await watcher.sees(2);
    for (let step = 0; step < 9; step++) {
      await walker.page.click('a');
      await walker.sees(2);
      // It may be 3 for a moment: a browser may connect the new page before it has closed the old one's connection.
      expect(lowest(await walker.seen())).toBe(2);
    }
    const [first, ...others] = await watcher.seen();
    expect([first, lowest(others)]).toEqual(['1', 2]);
  });

  it('[C9] after a restart of the server the total is right again', async () => {
    const first = await startCounter();
    const site = await startSite({ '/': recipe(first.url) });
    const context = await getContext();
    const tabs = await Promise.all([1, 2].map(() => visit(context, site.at('localhost'))));
    await Promise.all(tabs.map((tab) => tab.sees(2)));
    await first.counter.close();
    await vi.waitFor(async () =>
      expect(await tabs[0]!.page.locator('#_loc').getAttribute('data-state')).toBe('offline'),
    );
    // Until then the page keeps the last total.
    expect(await tabs[0]!.page.locator('#_loc').textContent()).toBe('2');
    const { counter } = await startCounter({ port: first.port });
    await vi.waitFor(() => expect(counter.total('localhost')).toBe(2));
    await Promise.all(tabs.map((tab) => tab.sees(2)));
    expect(await tabs[0]!.page.locator('#_loc').getAttribute('data-state')).toBe('live');
  });

  it('[W4] a page in the back/forward cache is not counted, and is counted again when it is restored', async () => {
    const { counter, url } = await startCounter();
    const site = await startSite({ '/': recipe(url), '/away': '<p>No counter here' });
    const context = await (name === 'chromium' ? wholeChromium.getContext() : getContext());
    const watcher = await visit(context, site.at('localhost'));
    const tab = await visit(context, site.at('localhost'));
    await watcher.sees(2);
    const mark = (): Promise<boolean> => tab.page.evaluate(() => 'mark' in window);
    await tab.page.evaluate(() => Object.assign(window, { mark: true }));
    await tab.page.goto(site.at('localhost', '/away'));
    expect(await mark()).toBe(false);
    await watcher.sees(1);
    await tab.page.evaluate(() => history.back());
    await tab.page.waitForURL(site.at('localhost'), { waitUntil: 'commit' });
    await tab.sees(2);
    await watcher.sees(2);
    // Firefox caches no page that has an open WebSocket, and loads it again.
    expect(await mark()).toBe(name === 'chromium');
    expect(counter.total('localhost')).toBe(2);
    expect(counter.stats().connections).toBe(2);
  });

  it('[W4] pagehide closes the connection of a cached page, and pageshow opens it', async () => {
    const { counter, url } = await startCounter();
    const site = await startSite({ '/': recipe(url) });
    const tab = await visit(await getContext(), site.at('localhost'));
    await tab.sees(1);
    const send = (type: string): Promise<boolean> =>
      tab.page.evaluate((name) => dispatchEvent(new PageTransitionEvent(name, { persisted: true })), type);
    await send('pagehide');
    await vi.waitFor(() => expect(counter.total('localhost')).toBe(0));
    await send('pageshow');
    await vi.waitFor(() => expect(counter.total('localhost')).toBe(1));
    await tab.sees(1);
  });

  it('[C7] a page without crypto.randomUUID, as on plain http, creates a member id', async () => {
    const { counter, url } = await startCounter();
    // A host that is not loopback would need DNS, so the test removes the function instead.
    const site = await startSite({
      '/': `<script>delete Crypto.prototype.randomUUID</script>${recipe(url)}`,
    });
    const tab = await visit(await getContext(), site.at('localhost'));
    await tab.sees(1);
    expect(await tab.page.evaluate(() => 'randomUUID' in crypto)).toBe(false);
    expect(counter.total('localhost')).toBe(1);
    expect(tab.problems).toEqual([]);
  });
});

function lowest(totals: readonly string[]): number {
  return Math.min(...totals.map(Number));
}
