import { expect, it, vi } from 'vitest';
import { inChromiumFirst, wholeChromium } from '../../helpers/browsers.ts';
import { hide, makeFolder, openTab, startReload } from '../../helpers/reload-tool.ts';

const html = (head: string, body = '<h1 id="text">x</h1>'): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>t</title><link rel="icon" href="icon.svg">${head}</head><body>${body}</body></html>`;
const red = (value: number): string => `#text { color: rgb(${value}, 1, 1) }`;
const svg = (color: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><path fill="${color}" d="M0 0h4v4H0z"/></svg>`;

inChromiumFirst('styles and images in place, in $name', ({ name, getContext }) => {
  async function open(files: Record<string, string>, getContextOf = getContext) {
    const made = makeFolder({ 'icon.svg': svg('red'), ...files });
    const tool = await startReload({ folder: made.folder });
    const tab = await openTab(await getContextOf(), tool.url);
    const color = (): Promise<string> => tab.page.$eval('#text', (text) => getComputedStyle(text).color);
    const turns = (value: number): Promise<void> =>
      vi.waitFor(async () => expect(await color()).toBe(`rgb(${value}, 1, 1)`));
    return { ...made, tool, tab, color, turns };
  }

  it.each([
    ['short ones, which the update carries', ''],
    ['long ones, which have to be requested', `/*${' '.repeat(70_000)}*/`],
  ])('[R4] no frame is without styles while new ones load: %s', async (_what, padding) => {
    const { write, tab, turns } = await open({
      'index.html': html('<link rel="stylesheet" href="a.css">'),
      'a.css': red(10),
    });
    await turns(10);
    await tab.page.evaluate(() => {
      const colors: string[] = [];
      (window as unknown as { colors: string[] }).colors = colors;
      const sample = (): void => {
        colors.push(getComputedStyle(document.querySelector('#text')!).color);
        requestAnimationFrame(sample);
      };
      sample();
    });
    // The new styles load slowly.
    await tab.page.route('**/a.css?*', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      await route.continue();
    });
    write('a.css', red(20) + padding);
    await turns(20);
    await vi.waitFor(async () => expect(await tab.page.locator('link[rel=stylesheet]').count()).toBe(1));
    // On a busy machine, the next frame may come later.
    await vi.waitFor(async () => {
      const colors = await tab.page.evaluate(() => (window as unknown as { colors: string[] }).colors);
      expect(new Set(colors)).toEqual(new Set(['rgb(10, 1, 1)', 'rgb(20, 1, 1)']));
    });
    expect(tab.loads()).toBe(1);
  });

  it('[R4] styles that are imported, at any depth, and addresses with queries', async () => {
    const { write, tab, turns } = await open({
      'index.html': html('<link rel="stylesheet" href="a.css?v=3"><style>@import "deep/b.css";</style>'),
      'a.css': '@import "deep/c.css";',
      'deep/b.css': 'body { top: 1px }',
      'deep/c.css': '@import "d.css";',
      'deep/d.css': red(30),
    });
    await turns(30);
    write('deep/d.css', red(31));
    await turns(31);
    write('deep/b.css', 'body { top: 2px }');
    await vi.waitFor(async () =>
      expect(await tab.page.evaluate(() => getComputedStyle(document.body).top)).toBe('2px'),
    );
    for (let value = 32; value < 36; value++) {
      write('a.css', red(value));
      await turns(value);
    }
    const href = await tab.page.getAttribute('link[rel=stylesheet]', 'href');
    expect(href).toMatch(/a\.css\?v=3&live-online=[\w.-]+$/);
    expect(tab.loads()).toBe(1);
  });

  it('[R4] styles in a shadow root, and styles that this page does not use', async () => {
    const { write, tab, turns, tool } = await open({
      'index.html': html('<link rel="stylesheet" href="a.css">', '<h1 id="text">x</h1><div id="host"></div>'),
      'a.css': red(40),
      'shadow.css': 'p { color: rgb(1, 1, 1) }',
      'unused.css': 'x {}',
    });
    await tab.page.evaluate(() => {
      const root = document.querySelector('#host')!.attachShadow({ mode: 'open' });
      const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: 'shadow.css' });
      root.append(link, document.createElement('p'));
      return new Promise((resolve) => link.addEventListener('load', resolve));
    });
    write('shadow.css', 'p { color: rgb(2, 2, 2) }');
    const inside = (): Promise<string> =>
      tab.page.evaluate(
        () => getComputedStyle(document.querySelector('#host')!.shadowRoot!.querySelector('p')!).color,
      );
    await vi.waitFor(async () => expect(await inside()).toBe('rgb(2, 2, 2)'));
    write('unused.css', 'y {}');
    await vi.waitFor(() => expect(tool.skipped).toMatchObject([{ files: ['unused.css'] }]));
    write('a.css', red(41));
    await turns(41);
    expect(tab.loads()).toBe(1);
  });

  it('[R4] images wherever a page shows them', async () => {
    const { write, tab } = await open({
      'index.html': html(
        '<style>#css { background-image: url("a.svg"); width: 4px; height: 4px } @media all { #nested { border-image: url(a.svg) 1 } }</style>',
        '<h1 id="text">x</h1><img id="img" src="a.svg"><picture><source srcset="a.svg 1x, b.svg 2x"><img id="picture" src="b.svg"></picture>' +
          '<div id="css"></div><div id="nested"></div><div id="inline" style="background: url(a.svg)"></div><input id="input" type="image" src="a.svg">' +
          '<svg><image id="image" href="a.svg"/></svg>',
      ),
      'a.svg': svg('red'),
      'b.svg': svg('green'),
    });
    write('a.svg', svg('blue'));
    const uses = (): Promise<string[]> =>
      tab.page.evaluate(() => [
        document.querySelector<HTMLImageElement>('#img')!.src,
        document.querySelector('source')!.srcset,
        getComputedStyle(document.querySelector('#css')!).backgroundImage,
        getComputedStyle(document.querySelector('#nested')!).borderImageSource,
        getComputedStyle(document.querySelector('#inline')!).backgroundImage,
        document.querySelector<HTMLInputElement>('#input')!.src,
        document.querySelector('#image')!.getAttribute('href')!,
      ]);
    await vi.waitFor(async () => {
      for (const use of await uses()) expect(use).toMatch(/a\.svg\?live-online=/);
    });
    expect(await tab.page.getAttribute('#picture', 'src')).toBe('b.svg');
    expect(tab.loads()).toBe(1);
  });

  it('[R4] the icon of a page', async () => {
    const files = { 'index.html': html('') };
    const { write, tab } = await open(files, name === 'chromium' ? wholeChromium.getContext : getContext);
    write('icon.svg', svg('blue'));
    await vi.waitFor(async () =>
      expect(await tab.page.getAttribute('link[rel=icon]', 'href')).toMatch(/icon\.svg\?live-online=/),
    );
    expect(tab.loads()).toBe(1);
  });

  it('[R4] a page in the background is updated when it becomes visible', async () => {
    const { write, tab, color, turns, tool } = await open({
      'index.html': html('<link rel="stylesheet" href="a.css">'),
      'a.css': red(50),
    });
    await turns(50);
    await hide(tab.page, true);
    for (const value of [51, 52]) {
      const before = tool.updates.length;
      write('a.css', red(value));
      await vi.waitFor(() => expect(tool.updates.length).toBe(before + 1));
    }
    expect(await color()).toBe('rgb(50, 1, 1)');
    await hide(tab.page, false);
    await turns(52);
    expect(tab.loads()).toBe(1);
  });

  it('[R4] --reload-only loads the page again after every change', async () => {
    const made = makeFolder({
      'index.html': html('<link rel="stylesheet" href="a.css">'),
      'a.css': red(60),
      'icon.svg': svg('red'),
    });
    const tool = await startReload({ folder: made.folder, reloadOnly: true });
    const context = await getContext();
    const tab = await openTab(context, tool.url);
    made.write('a.css', red(61));
    await vi.waitFor(() => expect(tab.loads()).toBe(2));
  });
});
