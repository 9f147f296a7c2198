import type { Page } from 'playwright-core';
import { describe, expect, it, vi } from 'vitest';
import type { CounterServer } from '@live-online/server';
import { axeViolations } from '../helpers/axe-violations.ts';
import { chromiumBrowser, inChromiumFirst, takePage } from '../helpers/browsers.ts';
import { startCounter } from '../helpers/counter.ts';
import { readRows } from '../helpers/markdown.ts';
import { readSnippets, snippetUnder } from '../helpers/readme.ts';
import { startSite } from '../helpers/site.ts';
import { visit } from '../helpers/visitor.ts';

inChromiumFirst('the embed page, in $name', ({ getContext }) => {
  async function open(query = ''): Promise<{ page: Page; counter: CounterServer; problems: string[] }> {
    const { counter, url } = await startCounter({ publicSites: ['public.example'] });
    const page = await takePage(await getContext());
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.goto(`${url}embed${query}`);
    return { page, counter, problems };
  }

  const codeOn = (page: Page): Promise<string> => page.locator('#code').innerText();
  /** What each preview has: the look, the theme of its page, the text, and whether its images are drawn. */
  const previewsOn = (
    page: Page,
  ): Promise<{ look: string; theme: string; text: string; isDrawn: boolean }[]> =>
    page.evaluate(() =>
      [...document.querySelectorAll('iframe')].map((frame) => {
        const { body, images } = frame.contentDocument!;
        const look = frame.closest('.look')!.querySelector('input')!.value;
        const shadow = body.querySelector('live-online-counter')?.shadowRoot;
        const parts = [body.innerText, shadow?.textContent, ...[...images].map(({ alt }) => alt)];
        const text = parts.join(' ');
        return {
          look,
          theme: frame.className,
          text,
          isDrawn: [...images].every(({ naturalWidth }) => naturalWidth > 40),
        };
      }),
    );

  it('[B3] shows each look on a light and on a dark page, and counts no member', async () => {
    const { page, counter, problems } = await open();
    for (const look of await page.locator('.look').all()) await look.scrollIntoViewIfNeeded();
    await vi.waitFor(
      async () => {
        const previews = await previewsOn(page);
        expect(previews.map(({ theme }) => theme)).toEqual(Array(7).fill(['light', 'dark']).flat());
        for (const { look, text, isDrawn } of previews) {
          expect(text, look).toContain('128');
          expect(isDrawn, look).toBe(true);
        }
      },
      // To read 14 documents takes the CPU that they need.
      { interval: 250 },
    );
    expect(counter.totals().size).toBe(0);
    expect(problems).toEqual([]);
  });

  it('[B3] by keyboard: a look is chosen, its details are set, and its code is copied', async () => {
    const { page } = await open();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement!.id)).toBe('look-corner');
    await page.keyboard.press('ArrowDown');
    expect(await codeOn(page)).toContain('data-position="inline"');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('readers');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement!.id)).toBe('position');
    // A list forgets what was typed a second ago, which a busy machine takes for two letters; keys that move have no such limit.
    for (let option = 1; option < 4; option++) await page.keyboard.press('ArrowDown');
    await vi.waitFor(async () => expect(await codeOn(page)).toContain('data-position="top-left"'));
    expect(await codeOn(page)).toContain('data-label="readers"');
    await page.locator('#copy').focus();
    await page.keyboard.press('Enter');
    const status = page.getByRole('status');
    await vi.waitFor(async () => expect(await status.innerText()).toMatch(/^Copied$|to copy$/));
    await vi.waitFor(async () =>
      expect((await previewsOn(page)).filter(({ text }) => text.includes('readers')).length).toBeGreaterThan(
        4,
      ),
    );
  });

  it('[B3] shows whether the site of a badge is public', async () => {
    const { page } = await open('?look=badge&site=public.example&style=plastic');
    const note = page.locator('#site-help');
    await vi.waitFor(async () => expect(await note.innerText()).toContain('public.example is public'));
    expect(await codeOn(page)).toContain('/v1/sites/public.example/badge.svg?style=plastic)');
    await page.locator('#site').fill('secret.example');
    await vi.waitFor(async () => expect(await note.innerText()).toContain('--public secret.example'));
  });

  it('[B3] has no sideways scrolling at 320 px, also right-to-left', async () => {
    const { page } = await open('?look=frame&site=a-long-name-of-a-site.example.org&color=%234f46e5');
    const size = page.viewportSize();
    await page.setViewportSize({ width: 320, height: 640 });
    try {
      for (const dir of ['ltr', 'rtl']) {
        await page.evaluate((value) => (document.documentElement.dir = value), dir);
        expect(
          await page.evaluate(
            () => document.documentElement.scrollWidth <= document.documentElement.clientWidth,
          ),
          dir,
        ).toBe(true);
      }
    } finally {
      if (size) await page.setViewportSize(size);
    }
  });

  it('[B3] breaks no rule of axe-core, light and dark', async () => {
    const { page } = await open('?look=badge&site=public.example');
    await vi.waitFor(async () => expect(await page.locator('#site-help').innerText()).toContain('public'));
    try {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await axeViolations(page), colorScheme).toEqual([]);
      }
    } finally {
      await page.emulateMedia({ colorScheme: null });
    }
  });

  it('[B3] its code shows the number', async () => {
    const { page } = await open('?look=own&label=here');
    const site = await startSite({ '/': `<body>${await codeOn(page)}</body>` });
    const tab = await visit(await getContext(), site.at('localhost'));
    await tab.sees(1);
    expect(await tab.page.locator('p').innerText()).toBe('1 here');
  });
});

describe('docs/styling.md', () => {
  const snippets = readSnippets('docs/styling.md');

  it.each([
    ['Script tag', 0],
    ['Script tag', 1],
    ['Your own element', 0],
  ])('[W4] the code under "%s" (%i) shows the number', async (heading, index) => {
    const { url } = await startCounter();
    const code = snippetUnder(snippets, heading, 'html', index).replace('http://localhost:8081/', url);
    const site = await startSite({ '/': `<body>${code}</body>` });
    const tab = await visit(await chromiumBrowser.getContext(), site.at('localhost'));
    await tab.sees(1);
    expect(tab.problems).toEqual([]);
  });

  it.each([
    ['SVG badge', 'md', 'image/svg+xml'],
    ['Live badge in a frame', 'html', 'text/html'],
  ])('[B1] the address under "%s" is served', async (heading, language, type) => {
    const { url } = await startCounter({ publicSites: ['example.org'] });
    const [address] = /https:[^")]+/.exec(snippetUnder(snippets, heading, language))!;
    const response = await fetch(address.replace('https://example.org/live-online/', url));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain(type);
  });

  it('[B1] lists the parameters of both badges', async () => {
    const { url } = await startCounter({ publicSites: ['example.org'] });
    const documented = (heading: string): string[] =>
      readRows('docs/styling.md', heading).map(([name]) => name!.replaceAll('`', ''));
    for (const [heading, file] of [
      ['SVG badge', 'badge.svg'],
      ['Live badge in a frame', 'badge.html'],
    ] as const) {
      const response = await fetch(`${url}v1/sites/example.org/${file}?unknown`);
      const { detail } = (await response.json()) as { detail: string };
      expect(
        detail
          .replace(/.* none of /, '')
          .split(', ')
          .sort(),
      ).toEqual(documented(heading).sort());
    }
  });
});
