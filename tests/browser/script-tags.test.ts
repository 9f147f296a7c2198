import type { BrowserContext } from 'playwright-core';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createCounterServer } from '@live-online/server';
import type { LocWidget } from '@live-online/widget';
import { inChromiumFirst } from '../helpers/browsers.ts';
import { recipe, startCounter } from '../helpers/counter.ts';
import { readSnippets } from '../helpers/readme.ts';
import { startSite } from '../helpers/site.ts';
import { visit, type Visitor } from '../helpers/visitor.ts';

type Global = { locWidget: LocWidget };

inChromiumFirst('script tags in $name', ({ getContext }) => {
  let context: BrowserContext;
  beforeEach(async () => {
    context = await getContext();
  });

  async function open(html: string): Promise<Visitor> {
    const site = await startSite({ '/': html });
    return visit(context, site.at('localhost'));
  }

  const targets = (tab: Visitor): Promise<string[]> =>
    tab.page.locator('[data-live-online]').allTextContents();

  it('[W1] a tag with attributes of other tools waits for init, and takes the style', async () => {
    const { url } = await startCounter();
    const attributes = 'data-wp-strategy="defer" data-cfasync="false" data-nscript data-turbo-track="reload"';
    const style = `locWidget.style = 'color: rgb(1, 2, 3)'; window.before = locWidget.state; locWidget.init()`;
    const tab = await open(`<body><script src="${url}" ${attributes}></script><script>${style}</script>`);
    await tab.sees(1);
    const color = await tab.page.locator('#_loc').evaluate((element) => getComputedStyle(element).color);
    expect(color).toBe('rgb(1, 2, 3)');
    expect(await tab.page.evaluate(() => (window as unknown as { before: unknown }).before)).toBeUndefined();
  });

  it('[W1] an address without its last slash names the folder of the server', async () => {
    const { url } = await startPrefixed();
    const tab = await open(`<body><script async src="${url}"></script>`);
    await tab.sees(1);
    expect(tab.problems).toEqual([]);
  });

  describe('[W1] the text of the script, run inline', () => {
    const run = async (url: string, before = ''): Promise<Visitor> => {
      const text = await (await fetch(url)).text();
      const site = await startSite({
        '/': `<body><script>${before}</script><script src="/insert.js"></script>`,
        '/insert.js': {
          file: `document.head.append(Object.assign(document.createElement('script'), { text: ${JSON.stringify(text)} }))`,
          type: 'text/javascript',
        },
      });
      return visit(context, site.at('localhost'));
    };

    it('warns that it does not know its server', async () => {
      const { counter, url } = await startCounter();
      const tab = await run(url);
      await vi.waitFor(() => expect(tab.warnings).toHaveLength(1));
      expect(tab.warnings[0]).toBe('live-online needs locWidget.server');
      expect(counter.stats().connections).toBe(0);
      expect(tab.problems).toEqual([]);
    });

    it('takes the server from locWidget.server', async () => {
      const { url } = await startCounter();
      const tab = await run(url, `window.locWidget = { server: '${url}' }`);
      await tab.sees(1);
      expect(tab.warnings).toEqual([]);
    });

    it('takes the server from data-server', async () => {
      const { url } = await startCounter();
      const text = await (await fetch(url)).text();
      const tab = await open(`<body><script data-server="${url}">${text}</script>`);
      await tab.sees(1);
      expect(tab.warnings).toEqual([]);
    });
  });

  it('[W1] a module warns, because it cannot read its own address', async () => {
    const { url } = await startCounter();
    const tab = await open(`<body><script type="module" data-label="here" src="${url}"></script>`);
    await vi.waitFor(() => expect(tab.warnings).toHaveLength(1));
    expect(tab.warnings[0]).toContain('locWidget.server');
    expect(tab.problems).toEqual([]);
  });

  it('[W1] init() of the stub in the README is done when the script has come', async () => {
    const { counter, url } = await startCounter();
    const html = snippet('Start before the script has loaded').replace('http://localhost:8081/', url);
    const stub = /<script>[^]*?<\/script>/.exec(html)![0];
    const insert = `document.head.append(Object.assign(document.createElement('script'), { src: '${url}', async: false }))`;
    const tab = await open(
      `<body>${stub}<script>locWidget.style = { color: 'rgb(1, 2, 3)' }; ${insert}</script>`,
    );
    await tab.sees(1);
    const color = await tab.page.locator('#_loc').evaluate((element) => getComputedStyle(element).color);
    expect(color).toBe('rgb(1, 2, 3)');
    expect(counter.stats().connections).toBe(1);
    expect(tab.problems).toEqual([]);
    // The whole snippet works as it is, too.
    await (await open(`<body>${html}`)).sees(2);
  });

  it('[W8] targets have their own text until the number is known', async () => {
    const { url } = await startCounter();
    const elements = '<p><b data-live-online>0</b> here, <i data-live-online></i>.</p>';
    const tab = await open(`<body>${elements}<script src="${url}"></script>`);
    expect(await targets(tab)).toEqual(['0', '']);
    await tab.page.evaluate(() => (window as unknown as Global).locWidget.init());
    await vi.waitFor(async () => expect(await targets(tab)).toEqual(['1', '1']));
    expect(tab.problems).toEqual([]);
  });

  it('[W8] the target of the README shows the number, and there is no badge', async () => {
    const { url } = await startCounter();
    const html = snippet('Show the number in an element of your own').replace('http://localhost:8081/', url);
    const tab = await open(`<body>${html}`);
    await vi.waitFor(async () => expect(await targets(tab)).toEqual(['1']));
    expect(await tab.page.locator('#_loc').count()).toBe(0);
    await open(`<body>${recipe(url)}`);
    await vi.waitFor(async () => expect(await targets(tab)).toEqual(['2']));
  });

  it('[W8] with data-position there are targets and the badge; with none, never a badge', async () => {
    const { url } = await startCounter();
    const page = (position: string): string =>
      `<body><p data-live-online>0</p><script async src="${url}" data-position="${position}"></script>`;
    const both = await open(page('top-left'));
    await both.sees(1);
    expect(await targets(both)).toEqual(['1']);
    const none = await open(page('none'));
    await vi.waitFor(async () => expect(await targets(none)).toEqual(['2']));
    await none.page.evaluate(() => document.querySelector('p')!.remove());
    await open(`<body>${recipe(url)}`);
    await both.sees(3);
    expect(await none.page.locator('#_loc').count()).toBe(0);
  });

  it('[W8] targets that are added later, or whose text the page sets, show the number; without targets the badge is back', async () => {
    const { url } = await startCounter();
    const tab = await open(`<body><main></main>${recipe(url)}`);
    await tab.sees(1);
    await tab.page.evaluate(() => {
      const target = document.createElement('span');
      target.dataset['liveOnline'] = '';
      document.querySelector('main')!.append(target, target.cloneNode());
    });
    await vi.waitFor(async () => expect(await targets(tab)).toEqual(['1', '1']));
    expect(await tab.page.locator('#_loc').count()).toBe(0);
    await tab.page.evaluate(() => {
      const [first, second] = document.querySelectorAll('[data-live-online]');
      first!.firstChild!.nodeValue = '0';
      second!.textContent = '0';
    });
    await vi.waitFor(async () => expect(await targets(tab)).toEqual(['1', '1']));
    await tab.page.evaluate(() => document.querySelector('main')!.replaceChildren());
    await tab.sees(1);
    expect(tab.problems).toEqual([]);
  });
});

function snippet(heading: string): string {
  const found = readSnippets('packages/widget/README.md').find(
    (one) => one.heading === heading && one.language === 'html',
  );
  expect(found, `an html snippet under "${heading}"`).toBeDefined();
  return found!.code;
}

/** A server that has the counter at `/live/`, and also serves the script at `/live`. */
async function startPrefixed(): Promise<{ url: string }> {
  const counter = createCounterServer({ path: '/live/' });
  const server = createServer((request, response) => {
    response.writeHead(302, { Location: '/live/' }).end();
  });
  counter.attach(server);
  server.listen(0);
  await once(server, 'listening');
  onTestFinished(async () => {
    await counter.close();
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://localhost:${(server.address() as AddressInfo).port}/live` };
}
