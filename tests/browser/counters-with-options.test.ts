import { beforeAll, expect, it, vi } from 'vitest';
import type { CounterState } from '@live-online/widget';
import { bundleApp } from '../helpers/bundle.ts';
import { inChromiumFirst } from '../helpers/browsers.ts';
import { startCounter } from '../helpers/counter.ts';
import { startSite, type SitePage } from '../helpers/site.ts';
import { visit, type Visitor } from '../helpers/visitor.ts';

let app: Record<string, SitePage>;

beforeAll(async () => {
  app = await bundleApp({
    entry: `import '@live-online/widget/define';
      import { createCounter } from '@live-online/widget';
      window.createCounter = createCounter;`,
  });
});

type Element = HTMLElement & { state: CounterState };

const element = (url: string, attributes = ''): string =>
  `<live-online-counter server="${url}" ${attributes}></live-online-counter>`;
const script = '<script type="module" src="/app.js"></script>';

/** Firefox reports a socket that the page itself closes before it is open. */
const isProblem = (text: string): boolean => !/^(Firefox can’t|The connection to) /.test(text);

/** The number of each element of a page, in order. */
const numbers = ({ page }: Visitor): Promise<(string | undefined)[]> =>
  page.$$eval('live-online-counter', (elements) =>
    elements.map(({ shadowRoot }) => shadowRoot?.querySelector('[part=total]')?.textContent ?? undefined),
  );

const show = (visitor: Visitor, ...expected: string[]): Promise<void> =>
  vi.waitFor(async () => expect(await numbers(visitor)).toEqual(expected));

inChromiumFirst('counters with different options on one page, in $name', ({ getContext }) => {
  it('[W6] elements for the page and for the site show their own numbers, by one connection', async () => {
    const { counter, url } = await startCounter();
    const site = await startSite({
      '/': script + element(url) + element(url, 'scope="page"') + element(url, 'scope="site"'),
      '/other': script + element(url, 'scope="page"') + element(url),
      ...app,
    });
    const context = await getContext();
    const first = await visit(context, site.at('localhost'));
    await show(first, '1', '1', '1');
    const second = await visit(context, site.at('localhost', '/other'));
    await show(first, '2', '1', '2');
    await show(second, '1', '2');
    await vi.waitFor(() => expect(counter.stats().connections).toBe(2));
    expect([...first.problems, ...second.problems].filter(isProblem)).toEqual([]);
  });

  it('[W6] a counter that asks for the page later connects again as the same member', async () => {
    const { counter, url } = await startCounter({ decreaseDelayMs: 30_000 });
    const site = await startSite({
      '/': `${script}<script async src="${url}"></script>`,
      '/other': `<script async src="${url}"></script>`,
      ...app,
    });
    const context = await getContext();
    const watcher = await visit(context, site.at('localhost', '/other'));
    const tab = await visit(context, site.at('localhost'));
    await Promise.all([watcher.sees(2), tab.sees(2)]);
    const states = (): Promise<CounterState[]> =>
      tab.page.evaluate(() =>
        (window as unknown as { counters: Element[] }).counters.map(({ state }) => state),
      );
    await tab.page.waitForFunction('window.createCounter');
    await tab.page.evaluate((server) => {
      const { createCounter } = window as unknown as { createCounter: (options: object) => Element };
      const options = [{ server }, { server, scope: 'page' }, { server, scope: 'page', count: 'tabs' }];
      Object.assign(window, { counters: options.map(createCounter) });
    }, url);
    const live = { status: 'live', total: 2, page: 1 };
    await vi.waitFor(async () => expect(await states()).toEqual([live, live, live]));
    expect([...counter.pages('localhost').pages]).toEqual([['/', 1]]);
    await vi.waitFor(() => expect(counter.stats().connections).toBe(2));
    const seen = await watcher.seen();
    expect(seen.slice(seen.indexOf('2'))).toEqual(['2']);
    expect([...watcher.problems, ...tab.problems].filter(isProblem)).toEqual([]);
  });

  it('[W6] what the script tag asks for stays when an element asks for more', async () => {
    const { counter, url } = await startCounter();
    const tag = `<script async src="${url}" data-count="people"></script>`;
    const site = await startSite({ '/': tag, '/with': tag + element(url, 'scope="page"'), ...app });
    const context = await getContext();
    const tab = await visit(context, site.at('localhost'));
    await tab.sees(1);
    const other = await visit(context, site.at('localhost', '/with'));
    // The script tag is the first to ask.
    await other.sees(1);
    await other.page.addScriptTag({ url: '/app.js', type: 'module' });
    await show(other, '1');
    await vi.waitFor(() => expect(counter.count('localhost')).toEqual({ people: 1, tabs: 2 }));
    expect([...tab.problems, ...other.problems].filter(isProblem)).toEqual([]);
  });

  it('[W6] a script tag that comes after an element has its own options, too', async () => {
    const { counter, url } = await startCounter();
    const site = await startSite({ '/': script + element(url, 'scope="page"'), ...app });
    const context = await getContext();
    const visitBoth = async (): Promise<Visitor> => {
      const tab = await visit(context, site.at('localhost'));
      await tab.page.waitForSelector('live-online-counter[data-state="live"]');
      await tab.page.evaluate((server) => {
        const tag = Object.assign(document.createElement('script'), { src: server });
        tag.dataset['count'] = 'people';
        document.body.append(tag);
      }, url);
      return tab;
    };
    const first = await visitBoth();
    await first.sees(1);
    const second = await visitBoth();
    await second.sees(1);
    await show(second, '1');
    await vi.waitFor(() => expect(counter.count('localhost')).toEqual({ people: 1, tabs: 2 }));
    await vi.waitFor(() => expect([...counter.pages('localhost').pages]).toEqual([['/', 1]]));
    expect([...first.problems, ...second.problems].filter(isProblem)).toEqual([]);
  });

  it('[W13] a page that cannot load the second file is counted as a tab', async () => {
    const { counter, url } = await startCounter();
    const files = Object.entries(app).filter(([path]) => !path.includes('live-online.more'));
    const site = await startSite({
      '/': script + element(url) + element(url, 'count="people"'),
      ...Object.fromEntries(files),
    });
    const tab = await visit(await getContext(), site.at('localhost'));
    await show(tab, '1', '1');
    await vi.waitFor(() => expect(counter.count('localhost')).toEqual({ people: 1, tabs: 1 }));
  });
});
