import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { BrowserContext, Page } from 'playwright-core';
import { beforeEach, expect, it } from 'vitest';
import type { LocWidget } from '@live-online/widget';
import { inEachBrowser } from '../helpers/browsers.ts';
import { recipe, startCounter } from '../helpers/counter.ts';
import { startSite } from '../helpers/site.ts';
import { visit, type Visitor } from '../helpers/visitor.ts';

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

/** Style sheets that a page may have, and elements that they could reach. */
const sheets: [name: string, css: () => string][] = [
  ['hostile rules', () => hostile],
  ['Bootstrap', () => readFileSync(require.resolve('bootstrap/dist/css/bootstrap.css'), 'utf8')],
  ['Tailwind’s reset', () => readFileSync(require.resolve('tailwindcss/preflight.css'), 'utf8')],
];

inEachBrowser('the styles of a page, in $name', ({ getContext }) => {
  let context: BrowserContext;
  beforeEach(async () => {
    context = await getContext();
  });

  async function open(head: string, widget = '', tagAttributes = ''): Promise<Visitor> {
    const { url } = await startCounter();
    const tag = tagAttributes ? `<script src="${url}" ${tagAttributes}></script>` : recipe(url, widget);
    const site = await startSite({ '/': `<head>${head}</head><body>${tag}</body>` });
    const tab = await visit(context, site.at('localhost'));
    await tab.sees(1);
    return tab;
  }

  it.each(sheets)('[W4] under %s the badge keeps its place, size and colours', async (_name, css) => {
    const plain = await look((await open('')).page);
    const styled = await open(`<style>${css()}</style>`);
    expect(await look(styled.page)).toEqual(plain);
    expect(plain.box).toMatchObject({ right: 16, bottom: 16 });
  });

  it('[W4] under hostile rules an inline badge has the font and the colour of its text, and its own size', async () => {
    // Rules that reach the badge, but not the text around it.
    const rules = hostile.replace(/\*(?= {|::first)/g, 'span').replace(/^.*(?:html|body >).*$/gm, '');
    const plain = await look((await open('', '', 'data-position="inline"')).page);
    const styled = await look((await open(`<style>${rules}</style>`, '', 'data-position="inline"')).page);
    expect({ ...styled, box: sizeOf(styled.box) }).toEqual({ ...plain, box: sizeOf(plain.box) });
  });

  it.each([
    ['text', `'top: 7px; color: rgb(4, 5, 6) !important; background: var(--brand)'`],
    ['properties', `{ top: '7px', color: 'rgb(4, 5, 6)', background: 'var(--brand)' }`],
    ['names of CSS', `{ 'top': '7px', '--loc-color': 'rgb(4, 5, 6)', '--loc-background': 'var(--brand)' }`],
  ])('[W1] locWidget.style as %s comes before hostile rules', async (_name, style) => {
    const head = `<style>:root { --brand: rgb(1, 2, 3) } ${hostile}</style>`;
    const { page } = await open(head, `locWidget.style = ${style}; `);
    const { box, color, background } = await look(page);
    expect({ top: box.top, right: box.right, color, background }).toEqual({
      top: 7,
      right: 16,
      color: 'rgb(4, 5, 6)',
      background: 'rgb(1, 2, 3)',
    });
  });

  it('[W1] a style with a data URL keeps it', async () => {
    const image = 'url("data:image/png;base64,AAAA;x")';
    const { page } = await open(
      '',
      `locWidget.style = { backgroundImage: '${image}', color: 'rgb(4, 5, 6)' }; `,
    );
    const { backgroundImage, color } = await page.locator('#_loc').evaluate((element) => {
      const style = getComputedStyle(element);
      return { backgroundImage: style.backgroundImage, color: style.color };
    });
    expect({ backgroundImage, color }).toEqual({ backgroundImage: image, color: 'rgb(4, 5, 6)' });
  });

  it('[W1] locWidget.style set after the start is taken over at once, and replaces the one before', async () => {
    const { page } = await open('', `locWidget.style = { top: '7px', color: 'rgb(4, 5, 6)' }; `);
    await page.evaluate(() => {
      (window as unknown as { locWidget: LocWidget }).locWidget.style = 'background: rgb(1, 2, 3)';
    });
    const { box, color, background } = await look(page);
    expect({ bottom: box.bottom, background }).toEqual({ bottom: 16, background: 'rgb(1, 2, 3)' });
    expect(color).not.toBe('rgb(4, 5, 6)');
  });

  it('[W4] custom properties of the page set the colours', async () => {
    const { page } = await open(
      `<style>#_loc { --loc-background: rgb(1, 2, 3) } :root { --loc-color: rgb(4, 5, 6) } ${hostile}</style>`,
    );
    expect(await look(page)).toMatchObject({ background: 'rgb(1, 2, 3)', color: 'rgb(4, 5, 6)' });
  });

  it('[W4] the styles of the badge do not affect the page', async () => {
    const elements = `<span id="mine">Text</span><small>Text</small>`;
    const { url } = await startCounter();
    const site = await startSite({ '/': `<body>${elements}${recipe(url)}` });
    const tab = await visit(context, site.at('localhost'));
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
