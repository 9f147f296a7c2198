import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { LocWidget } from '@live-online/widget';
import { inChromiumFirst } from '../helpers/browsers.ts';
import { recipe, startCounter } from '../helpers/counter.ts';
import { readSnippets } from '../helpers/readme.ts';
import { startSite } from '../helpers/site.ts';
import { visit } from '../helpers/visitor.ts';

const require = createRequire(import.meta.url);

const hostile = `
  * { display: block; font-size: 40px; color: red !important; margin: 9px; padding: 9px !important }
  span { position: static !important; display: none !important; width: 100% !important }
  body > * { margin: 50px !important; opacity: .2; transform: rotate(9deg); filter: blur(2px) }
  #_loc, [id] { all: unset !important }
  *::before, *::after { content: 'x' !important; font-size: 50px !important }
  *::first-letter { font-size: 60px; color: red }
  *::first-line { font-size: 60px; color: red }
  html { font-size: 3px; line-height: 4; letter-spacing: 9px; text-transform: uppercase; text-indent: 2em; word-spacing: 2em }
`;

const hostileStyle = `<style>${hostile}</style>`;

const read = (path: string): string => readFileSync(path, 'utf8');

inChromiumFirst('the styles of a page, in $name', ({ getContext }) => {
  async function open(head = '', attributes?: string): Promise<Page> {
    const { url } = await startCounter();
    const tag = attributes ? `<script src="${url}" ${attributes}></script>` : recipe(url);
    const site = await startSite({ '/': `<head>${head}<style id="page"></style></head><body>${tag}</body>` });
    const tab = await visit(await getContext(), site.at('localhost'));
    await tab.sees(1);
    return tab.page;
  }

  it('[W4] under resets and hostile rules the badge keeps its place, size and colours', async () => {
    const page = await open();
    const plain = await look(page);
    expect(plain.box).toMatchObject({ right: 16, bottom: 16 });
    const sheets = {
      'hostile rules': hostile,
      Bootstrap: read(require.resolve('bootstrap/dist/css/bootstrap.css')),
      'Tailwind’s reset': read(require.resolve('tailwindcss/preflight.css')),
    };
    for (const [name, css] of Object.entries(sheets)) {
      await setPageStyle(page, css);
      expect(await look(page), name).toEqual(plain);
    }
  });

  it('[W4] under hostile rules an inline badge has the font and the colour of its text, and its own size', async () => {
    const page = await open('', 'data-position="inline"');
    const plain = await look(page);
    // Rules that reach the badge, but not the text around it.
    await setPageStyle(
      page,
      hostile.replace(/\*(?= {|::first)/g, 'span').replace(/^.*(?:html|body >).*$/gm, ''),
    );
    const styled = await look(page);
    expect({ ...styled, box: sizeOf(styled.box) }).toEqual({ ...plain, box: sizeOf(plain.box) });
  });

  it('[W1] locWidget.style, set at any time, comes before hostile rules', async () => {
    const page = await open(`<style>:root { --brand: rgb(1, 2, 3) }</style>${hostileStyle}`);
    const plain = await look(page);
    const image = 'url("data:image/png;base64,AAAA;x")';
    const styles: LocWidget['style'][] = [
      'top: 7px; color: rgb(4, 5, 6) !important; background: var(--brand)',
      { top: '7px', color: 'rgb(4, 5, 6)', background: 'var(--brand)' },
      {
        top: '7px',
        '--loc-color': 'rgb(4, 5, 6)',
        'background-color': 'var(--brand)',
        backgroundImage: image,
      },
    ];
    for (const style of styles) {
      await setStyle(page, style);
      const { box, color, background } = await look(page);
      expect({ top: box.top, right: box.right, color, background }, JSON.stringify(style)).toEqual({
        top: 7,
        right: 16,
        color: 'rgb(4, 5, 6)',
        background: 'rgb(1, 2, 3)',
      });
    }
    const backgroundImage = await page
      .locator('#_loc')
      .evaluate((element) => getComputedStyle(element).backgroundImage);
    expect(backgroundImage).toBe(image);
    // A style replaces the one before.
    await setStyle(page, undefined);
    expect(await look(page)).toEqual(plain);
  });

  it('[W4] the custom properties in the README set the colours', async () => {
    const snippet = readSnippets('packages/widget/README.md').find(({ heading }) => heading === 'Styling')!;
    const page = await open(hostileStyle + snippet.code);
    expect(await look(page)).toMatchObject({ background: 'rgb(79, 70, 229)', color: 'rgb(255, 255, 255)' });
  });

  it('[W4] the styles of the badge do not affect the page', async () => {
    const elements = `<span id="mine">Text</span><small>Text</small>`;
    const { url } = await startCounter();
    const site = await startSite({ '/': `<body>${elements}${recipe(url)}` });
    const tab = await visit(await getContext(), site.at('localhost'));
    const styles = (): Promise<string[]> =>
      tab.page.evaluate(() =>
        [...document.querySelectorAll('html, body, #mine, small')].map((element) =>
          [...getComputedStyle(element)]
            .map((name) => getComputedStyle(element).getPropertyValue(name))
            .join(),
        ),
      );
    const before = await styles();
    await tab.sees(1);
    expect(await styles()).toEqual(before);
  });
});

/** Replaces the page's own style sheet. */
async function setPageStyle(page: Page, css: string): Promise<void> {
  await page.locator('#page').evaluate((element, text) => {
    element.textContent = text;
  }, css);
}

async function setStyle(page: Page, style: LocWidget['style']): Promise<void> {
  await page.evaluate((value) => {
    (window as unknown as { locWidget: LocWidget }).locWidget.style = value;
  }, style);
}

/** What a visitor sees of the badge. */
async function look(page: Page) {
  return page.locator('#_loc').evaluate((element) => {
    const { top, right, bottom, width, height } = element.getBoundingClientRect();
    const {
      color,
      backgroundColor,
      opacity,
      transform,
      filter,
      fontSize,
      letterSpacing,
      textTransform,
      visibility,
    } = getComputedStyle(element);
    const dot = getComputedStyle(element, '::before');
    const range = document.createRange();
    range.selectNodeContents(element);
    return {
      box: {
        top: Math.round(top),
        right: Math.round(document.documentElement.clientWidth - right),
        bottom: Math.round(innerHeight - bottom),
        width: Math.round(width * 100) / 100,
        height,
      },
      textHeight: range.getBoundingClientRect().height,
      background: backgroundColor,
      dot: [dot.content, dot.width, dot.backgroundColor],
      after: getComputedStyle(element, '::after').content,
      ...{ color, opacity, transform, filter, fontSize, letterSpacing, textTransform, visibility },
    };
  });
}

function sizeOf({ width, height }: { width: number; height: number }) {
  return { width, height };
}
