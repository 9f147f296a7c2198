import { beforeAll, expect, it, vi } from 'vitest';
import { bundleApp } from '../helpers/bundle.ts';
import { inChromiumFirst } from '../helpers/browsers.ts';
import { startCounter } from '../helpers/counter.ts';
import { startSite, type SitePage } from '../helpers/site.ts';
import { visit, type Visitor } from '../helpers/visitor.ts';

let app: Record<string, SitePage>;

beforeAll(async () => {
  app = await bundleApp({ entry: `import '@live-online/widget/define';` });
});

const sees = ({ page }: Visitor, text: string): Promise<void> =>
  vi.waitFor(async () =>
    expect(
      await page.$eval(
        'live-online-counter',
        ({ shadowRoot }) => shadowRoot?.querySelector('[part=total]')?.parentElement?.textContent,
      ),
    ).toBe(text),
  );

inChromiumFirst('options of <live-online-counter> in $name', ({ getContext }) => {
  it('[W2] scope="page" shows the number of the page, count="people" counts a browser once', async () => {
    const { url } = await startCounter();
    const html = (attribute: string): string =>
      `<script type="module" src="/app.js"></script><live-online-counter server="${url}" ${attribute}></live-online-counter>`;
    const site = await startSite({
      '/': html('scope="page"'),
      '/other': html('scope="page"'),
      '/people': html('count="people"'),
      ...app,
    });
    const context = await getContext();
    const open = (path: string): Promise<Visitor> => visit(context, site.at('localhost', path));
    const [first, second] = [await open('/'), await open('/other')];
    await sees(first, '1 visitor on this page');
    await sees(second, '1 visitor on this page');
    const third = await open('/');
    await sees(first, '2 visitors on this page');
    await first.page.goto('about:blank');
    await second.page.goto('about:blank');
    await sees(third, '1 visitor on this page');
    await third.page.goto('about:blank');
    const [tab, sameBrowser] = [await open('/people'), await open('/people')];
    await sees(sameBrowser, '1 visitor online');
    await sees(tab, '1 visitor online');
    expect([first, second, third, tab, sameBrowser].flatMap(({ problems }) => problems)).toEqual([]);
  });
});
