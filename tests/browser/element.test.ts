import type { Page } from 'playwright-core';
import { beforeAll, expect, it, vi } from 'vitest';
import type { LiveOnlineCounter } from '@live-online/widget/element';
import { bundleApp } from '../helpers/bundle.ts';
import { inEachBrowser } from '../helpers/browsers.ts';
import { startCounter } from '../helpers/counter.ts';
import { readSnippets, snippetUnder } from '../helpers/readme.ts';
import { startSite, type SitePage } from '../helpers/site.ts';
import { visit, type Visitor } from '../helpers/visitor.ts';

/** An app that defines the element, and loads the texts of a language when they are needed. */
let app: Record<string, SitePage>;

const snippets = readSnippets('packages/widget/README.md');

beforeAll(async () => {
  app = await bundleApp({ entry: snippetUnder(snippets, 'Element', 'js') });
});

/** What an element shows: the text of its parts, or its fallback content. */
function shown(page: Page, selector = 'live-online-counter'): Promise<string> {
  return page.$eval(selector, (element) => {
    const part = (name: string) => element.shadowRoot?.querySelector<HTMLElement>(`[part=${name}]`);
    if (!part('counter') || part('counter')!.hidden) return element.textContent;
    return [...element.shadowRoot!.querySelectorAll('[part=total], [part=label]')]
      .map(({ textContent }) => textContent)
      .join('');
  });
}

const seesText = (page: Page, text: string, selector?: string): Promise<void> =>
  vi.waitFor(async () => expect(await shown(page, selector)).toBe(text), { interval: 20 });

inEachBrowser('<live-online-counter> in $name', ({ getContext }) => {
  async function open(
    html: (url: string) => string,
  ): Promise<Visitor & { url: string; again(): Promise<Visitor> }> {
    const { url } = await startCounter();
    const page = `<script type="module" src="/app.js"></script>${html(url)}`;
    const site = await startSite({ '/': page, ...app });
    const again = async (): Promise<Visitor> => visit(await getContext(), site.at('localhost'));
    return { ...(await again()), url, again };
  }

  it('[W2] it shows its fallback content, then the number, in the language of the page', async () => {
    const { page, problems, again } = await open(
      (url) => `
        <live-online-counter id="en" server="${url}">Some visitors</live-online-counter>
        <p lang="pl"><live-online-counter id="pl" server="${url}"></live-online-counter></p>
        <live-online-counter id="ar" lang="ar" server="${url}"></live-online-counter>
        <live-online-counter id="own" label="reading #" server="${url}"></live-online-counter>
        <live-online-counter id="bare" label="" server="${url}"></live-online-counter>
        <live-online-counter id="away">Away</live-online-counter>`,
    );
    await seesText(page, '1 visitor online', '#en');
    await seesText(page, '1 osoba online', '#pl');
    await seesText(page, '1 زائر متصل الآن', '#ar');
    await seesText(page, 'reading 1', '#own');
    await seesText(page, '1', '#bare');
    await seesText(page, 'Away', '#away');
    await again();
    await seesText(page, '2 visitors online', '#en');
    await seesText(page, '2 osoby online', '#pl');
    const direction = (id: string): Promise<string> =>
      page.$eval(
        id,
        ({ shadowRoot }) => getComputedStyle(shadowRoot!.querySelector('[part=counter]')!).direction,
      );
    expect([await direction('#en'), await direction('#ar')]).toEqual(['ltr', 'rtl']);
    expect(problems).toEqual([]);
  });

  it('[W2] its states are an attribute and a custom state; parts and custom properties style it', async () => {
    const { page } = await open(
      (url) => `
        <style>
          live-online-counter::part(total) { font-size: 30px; }
          live-online-counter:state(live) { outline: 3px solid; }
          live-online-counter { --loc-background: rgb(79, 70, 229); --loc-color: rgb(255, 255, 255); }
        </style>
        <live-online-counter server="${url}"></live-online-counter>`,
    );
    await vi.waitFor(async () =>
      expect(await page.getAttribute('live-online-counter', 'data-state')).toBe('live'),
    );
    const styles = await page.$eval('live-online-counter', (element) => {
      const style = (name: string) => getComputedStyle(element.shadowRoot!.querySelector(`[part=${name}]`)!);
      const { backgroundColor, color } = style('counter');
      return [getComputedStyle(element).outlineWidth, style('total').fontSize, backgroundColor, color];
    });
    expect(styles).toEqual(['3px', '30px', 'rgb(79, 70, 229)', 'rgb(255, 255, 255)']);
  });

  it('[W2] properties work, also those that are set before it is defined', async () => {
    const { page, url, problems } = await open(() => `<live-online-counter></live-online-counter>`);
    const early = `
      <live-online-counter></live-online-counter>
      <script>Object.assign(document.querySelector('live-online-counter'), { server: '${url}', min: 2, label: { other: '# here' } })</script>
      <script type="module" src="/app.js"></script>`;
    const site = await startSite({ '/': early, ...app });
    await page.goto(site.at('localhost'));
    await vi.waitFor(async () =>
      expect(await page.getAttribute('live-online-counter', 'data-state')).toBe('live'),
    );
    const element = page.locator('live-online-counter');
    expect(await element.isVisible()).toBe(false);
    await element.evaluate((counter: LiveOnlineCounter) => {
      counter.min = 1;
    });
    await seesText(page, '1 here');
    await vi.waitFor(async () => expect(await element.isVisible()).toBe(true));
    await element.evaluate((counter: LiveOnlineCounter) => {
      counter.label = undefined;
      counter.lang = 'de';
    });
    await seesText(page, '1 Besucher online');
    expect(problems).toEqual([]);
  });

  it('[W2] [W6] elements share one connection, keep it while they move, and close it at the end', async () => {
    const { counter, url } = await startCounter();
    const two = `<live-online-counter server="${url}"></live-online-counter>`.repeat(2);
    const site = await startSite({ '/': `<script type="module" src="/app.js"></script>${two}`, ...app });
    const { page, problems } = await visit(await getContext(), site.at('localhost'));
    await seesText(page, '1 visitor online');
    expect(counter.stats().connections).toBe(1);
    await page.evaluate(() => {
      const [first, second] = document.querySelectorAll('live-online-counter');
      second!.addEventListener('statechange', () => second!.toggleAttribute('data-changed'));
      first!.remove();
      document.body.append(document.createElement('main'));
      document.querySelector('main')!.append(second!);
    });
    await seesText(page, '1 visitor online', 'main live-online-counter');
    expect(await page.getAttribute('main live-online-counter', 'data-changed')).toBe(null);
    await page.$eval('main', (main) => main.replaceChildren());
    await vi.waitFor(() => expect(counter.stats().connections).toBe(0));
    expect(problems).toEqual([]);
  });

  it('[W2] the code of the README shows, styles and observes it', async () => {
    const { url } = await startCounter();
    const html = snippetUnder(snippets, 'Element', 'html').replace('http://localhost:8081/', url);
    const script = snippetUnder(snippets, 'Attributes and properties', 'js');
    const site = await startSite({
      '/': `<style>${snippetUnder(snippets, 'Styling the element', 'css')}</style>
        ${html}<script type="module" src="/app.js"></script><script type="module">${script}</script>`,
      ...app,
    });
    const { page, problems } = await visit(await getContext(), site.at('localhost'));
    await seesText(page, '1 reader');
    await vi.waitFor(async () => expect(await page.title()).toBe('1 online'));
    const [background, size] = await page.$eval('live-online-counter', ({ shadowRoot }) => {
      const style = (part: string) => getComputedStyle(shadowRoot!.querySelector(`[part=${part}]`)!);
      return [style('counter').backgroundColor, parseFloat(style('total').fontSize)];
    });
    expect([background, size]).toEqual(['rgb(79, 70, 229)', 24]);
    expect(problems).toEqual([]);
  });

  it('[W2] [W4] a strict CSP, Trusted Types and the style sheets of a page do not break it', async () => {
    const { url } = await startCounter();
    const { host } = new URL(url);
    const site = await startSite({
      '/': {
        html: `<link rel="stylesheet" href="/page.css"><live-online-counter server="${url}" lang="de"></live-online-counter>
          <script type="module" src="/app.js"></script>`,
        headers: {
          'Content-Security-Policy': `default-src 'none'; img-src 'self'; script-src 'self'; style-src 'self'; connect-src ws://${host} ${url}; require-trusted-types-for 'script'; trusted-types 'none'`,
        },
      },
      '/page.css': {
        file: `span, slot { display: none !important; } * { all: unset; }`,
        type: 'text/css',
      },
      ...app,
    });
    const { page, problems } = await visit(await getContext(), site.at('localhost'));
    await seesText(page, '1 Besucher online');
    await vi.waitFor(async () => expect(await page.locator('live-online-counter').isVisible()).toBe(true));
    const { radius, width } = await page.$eval('live-online-counter', ({ shadowRoot }) => {
      const counter = shadowRoot!.querySelector('[part=counter]')!;
      return { radius: getComputedStyle(counter).borderTopLeftRadius, width: counter.clientWidth };
    });
    expect(radius).not.toBe('0px');
    expect(width).toBeGreaterThan(50);
    expect(problems).toEqual([]);
  });

  it('[W2] a page loads the texts of its language alone, and once', async () => {
    const { url } = await startCounter();
    const html = `<live-online-counter lang="uk" server="${url}"></live-online-counter>`.repeat(3);
    const site = await startSite({ '/': `<script type="module" src="/app.js"></script>${html}`, ...app });
    const { page } = await visit(await getContext(), 'about:blank');
    const files: string[] = [];
    page.on('request', (request) => files.push(new URL(request.url()).pathname));
    await page.goto(site.at('localhost'));
    await seesText(page, '1 відвідувач онлайн');
    expect(
      files.filter((file) => /\/[a-z-]+-[A-Z0-9]{8}\.js$/.test(file) && !file.startsWith('/chunk')),
    ).toEqual([expect.stringMatching(/^\/uk-/)]);
  });

  it('[W2] while the server is away it shows the last number as outdated, or the fallback content', async () => {
    const { counter, url } = await startCounter();
    const html = `<live-online-counter server="${url}" site="Harbour">Visitors</live-online-counter>`;
    const site = await startSite({ '/': `<script type="module" src="/app.js"></script>${html}`, ...app });
    const { page } = await visit(await getContext(), site.at('localhost'));
    await seesText(page, '1 visitor online');
    await counter.close();
    await vi.waitFor(async () =>
      expect(await page.getAttribute('live-online-counter', 'data-state')).toBe('offline'),
    );
    await seesText(page, '1 visitor online');
    const title = await page.$eval('live-online-counter', ({ shadowRoot }) =>
      shadowRoot!.querySelector('[part=counter]')!.getAttribute('title'),
    );
    expect(title).toBe('Harbour · last known number');
    await page.reload();
    await seesText(page, 'Visitors');
  });
});
