import type { Page } from 'playwright-core';
import { beforeAll, expect, it, vi } from 'vitest';
import { axeViolations } from '../helpers/axe-violations.ts';
import { bundleApp } from '../helpers/bundle.ts';
import { chromiumBrowser, inChromiumFirst, type TestBrowser } from '../helpers/browsers.ts';
import { startCounter } from '../helpers/counter.ts';
import { startSite, type SitePage } from '../helpers/site.ts';
import { visit } from '../helpers/visitor.ts';

let app: Record<string, SitePage>;

beforeAll(async () => {
  app = await bundleApp({ entry: `import '@live-online/widget/define';` });
});

const parts = (
  page: Page,
): Promise<{ region: string; role: string | null; text: string; isHidden: boolean }> =>
  page.$eval('live-online-counter', ({ shadowRoot }) => {
    const region = shadowRoot!.querySelector('.announcer')!;
    const text = shadowRoot!.querySelector('[part=total]')!.parentElement!;
    return {
      region: region.textContent,
      role: region.getAttribute('role'),
      text: text.textContent,
      isHidden: text.ariaHidden === 'true',
    };
  });

async function open(
  { getContext }: Pick<TestBrowser, 'getContext'>,
  html: (url: string) => string,
): Promise<Page> {
  const { url } = await startCounter();
  const body = `<script type="module" src="/app.js"></script><main><h1>Test</h1>${html(url)}</main>`;
  const site = await startSite({ '/': body, ...app });
  const { page } = await visit(await getContext(), site.at('localhost'));
  await vi.waitFor(async () =>
    expect(await page.getAttribute('live-online-counter', 'data-state')).toBe('live'),
  );
  return page;
}

inChromiumFirst('<live-online-counter> for all visitors, in $name', (browser) => {
  it('[W2] axe-core finds no problem, on light and dark pages', async () => {
    const page = await open(
      browser,
      (url) => `
        <meta name="color-scheme" content="light dark">
        <live-online-counter server="${url}" site="Harbour">Visitors</live-online-counter>
        <live-online-counter server="${url}" lang="ar"></live-online-counter>
        <live-online-counter server="${url}" label="here" min="5"></live-online-counter>
        <live-online-counter>Not known</live-online-counter>`,
    );
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await axeViolations(page)).toEqual([]);
    }
    // A page that breaks a rule is found.
    await page.evaluate(() => document.querySelector('main')!.append(document.createElement('img')));
    expect(await axeViolations(page)).toEqual([expect.stringContaining('image-alt')]);
  });

  it('[W2] screen readers get the first text without an announcement, and a later one after 10 s', async () => {
    const page = await open(browser, (url) => `<live-online-counter server="${url}"></live-online-counter>`);
    const first = '1 visitor online';
    await vi.waitFor(async () =>
      expect(await parts(page)).toEqual({ region: first, role: 'status', text: first, isHidden: true }),
    );
    const tab = await (await browser.getContext()).newPage();
    await tab.goto(page.url());
    await vi.waitFor(async () =>
      expect(await parts(page)).toMatchObject({ region: first, text: '2 visitors online' }),
    );
  });

  it('[W2] the number does not move if the visitor wants less motion', async () => {
    const page = await open(browser, (url) => `<live-online-counter server="${url}"></live-online-counter>`);
    const page2 = await (await browser.getContext()).newPage();
    const seen = (text: string): Promise<void> =>
      vi.waitFor(async () => expect(await parts(page)).toMatchObject({ text }));
    /** What the visitor wants from now on. Playwright cannot set it in every Firefox. */
    const want = (isReduced: boolean): Promise<void> =>
      page.evaluate((matches) => {
        window.matchMedia = () => ({ matches }) as MediaQueryList;
      }, isReduced);
    await page.$eval('live-online-counter', ({ shadowRoot }) => {
      const total = shadowRoot!.querySelector('[part=total]')!;
      const animate = total.animate.bind(total);
      total.animate = (...args) => {
        document.documentElement.dataset['moved'] = total.textContent!;
        return animate(...args);
      };
    });
    const moved = (): Promise<string | null> => page.getAttribute('html', 'data-moved');
    await want(true);
    await page2.goto(page.url());
    await seen('2 visitors online');
    expect(await moved()).toBe(null);
    await want(false);
    await page2.close();
    await seen('1 visitor online');
    expect(await moved()).toBe('1');
  });
});

// Playwright cannot emulate them in every Firefox.
it('[W2] with forced colours, dot and border keep the colour of the text', async () => {
  const page = await open(
    chromiumBrowser,
    (url) => `<live-online-counter server="${url}"></live-online-counter>`,
  );
  await page.emulateMedia({ forcedColors: 'active' });
  const colours = await page.$eval('live-online-counter', ({ shadowRoot }) => {
    const style = (part: string) => getComputedStyle(shadowRoot!.querySelector(`[part=${part}]`)!);
    return [style('dot').backgroundColor, style('counter').borderTopColor, style('total').color];
  });
  expect(new Set(colours).size).toBe(1);
});
