import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { inChromiumFirst } from '../../helpers/browsers.ts';
import { makeFolder, openTab, startReload } from '../../helpers/reload-tool.ts';

const html = (body: string, head = ''): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>t</title><link rel="icon" href="data:,">${head}</head><body>${body}</body></html>`;

inChromiumFirst('unusual pages, in $name', ({ getContext }) => {
  async function open(files: Record<string, string>) {
    const made = makeFolder(files);
    const tool = await startReload({ folder: made.folder });
    const tab = await openTab(await getContext(), tool.url);
    const color = (): Promise<string> =>
      tab.page.$eval('#text', (text) => getComputedStyle(text).color).catch(() => '');
    const turns = (value: number): Promise<void> =>
      vi.waitFor(async () => expect(await color()).toBe(`rgb(${value}, 1, 1)`));
    return { ...made, tool, tab, turns };
  }

  it('[R4] invalid addresses in a page do not prevent its updates', async () => {
    const { write, tab, turns } = await open({
      'index.html': html(
        '<h1 id="text">x</h1><img srcset="http://[ 1x" alt=""><img src="a.svg" alt="">',
        '<link rel="stylesheet" href="http://["><link rel="stylesheet" href="a.css">',
      ),
      'a.css': '#text { color: rgb(1, 1, 1) }',
      'a.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    });
    write('a.css', '#text { color: rgb(2, 1, 1) }');
    await turns(2);
    write('a.svg', '<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>');
    await vi.waitFor(async () =>
      expect(await tab.page.getAttribute('img[src]', 'src')).toMatch(/a\.svg\?live-online=/),
    );
    expect([tab.loads(), tab.problems]).toEqual([1, []]);
  });

  it('[R4] a stylesheet that a script has disabled stays disabled', async () => {
    const { write, tab, turns } = await open({
      'index.html': html(
        '<h1 id="text">x</h1>',
        '<link rel="stylesheet" href="a.css"><link id="dark" rel="stylesheet" href="dark.css">',
      ),
      'a.css': '#text { color: rgb(1, 1, 1) }',
      'dark.css': '#text { color: rgb(100, 1, 1) }',
    });
    await tab.page.evaluate(() => {
      document.querySelector<HTMLLinkElement>('#dark')!.sheet!.disabled = true;
    });
    write('dark.css', '#text { color: rgb(101, 1, 1) }');
    await vi.waitFor(async () =>
      expect(await tab.page.getAttribute('#dark', 'href')).toMatch(/live-online=/),
    );
    write('a.css', '#text { color: rgb(2, 1, 1) }');
    await turns(2);
    expect(tab.loads()).toBe(1);
  });

  it('[R4] HTML that changes while a page still loads is not mixed with the rest of the old one', async () => {
    const page = (more: string): string => html(`<p>one</p><script src="slow.js"></script><p>two</p>${more}`);
    const { write, tab, tool } = await open({ 'index.html': page(''), 'slow.js': '' });
    let goOn = (): void => {};
    const held = new Promise<void>((resolve) => (goOn = resolve));
    await tab.page.route('**/slow.js', async (route) => {
      await held;
      await route.continue();
    });
    await tab.page.evaluate(() => location.reload());
    await tab.page.waitForSelector('[data-connected]', { state: 'attached' });
    const requested = tab.page.waitForRequest('**/slow.js');
    const before = tool.updates.length;
    write('index.html', page('<p>three</p>'));
    await vi.waitFor(() => expect(tool.updates.length).toBe(before + 1));
    await requested;
    goOn();
    await vi.waitFor(async () =>
      expect(await tab.page.textContent('body').catch(() => '')).toBe('onetwothree'),
    );
  });

  it('[R4] HTML of a page whose <base> and address differ from the address of its request', async () => {
    const page = (text: string): string =>
      html(`<h1>${text}</h1>${' '.repeat(300_000)}`, '<base href="http://127.0.0.1:9/x/">');
    const { write, tab } = await open({ 'index.html': page('one'), 'other.html': html('other') });
    await tab.page.evaluate(() => {
      document.querySelector('base')!.remove();
      history.pushState(null, '', '/other');
      document.head.prepend(Object.assign(document.createElement('base'), { href: 'http://127.0.0.1:9/x/' }));
    });
    write('index.html', page('two'));
    await vi.waitFor(async () => expect(await tab.page.textContent('h1')).toBe('two'));
    expect(tab.loads()).toBe(1);
  });

  it('[R4] a page that grows late keeps its scroll position over a reload, beside a frame of the same server', async () => {
    const { write, tab } = await open({
      'index.html': html('<div id="box"></div><iframe src="frame"></iframe><script src="app.js"></script>'),
      'frame.html': html('<div style="height: 3000px"></div><script src="app.js"></script>'),
      'app.js':
        'setTimeout(() => { const box = document.querySelector("#box"); if (box) box.style.height = "5000px"; }, 600)',
    });
    const grown = (): Promise<unknown> =>
      tab.page.waitForFunction(() => document.documentElement.scrollHeight > 5_000);
    await grown();
    await tab.page.evaluate(() => scrollTo(0, 2_700));
    await tab.page.frames()[1]!.evaluate(() => scrollTo(0, 300));
    write(
      'app.js',
      'setTimeout(() => { const box = document.querySelector("#box"); if (box) box.style.height = "5001px"; }, 600)',
    );
    await tab.page.waitForFunction(
      () => document.querySelector<HTMLElement>('#box')!.style.height === '5001px',
    );
    await vi.waitFor(async () => expect(await tab.page.evaluate(() => scrollY)).toBe(2_700));
  });

  it('[R4] an image in a frame without an address: reload', async () => {
    const { write, tab } = await open({
      'index.html': html(`<iframe srcdoc="<img src='a.svg' alt=''>"></iframe>`),
      'a.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    });
    await tab.page.waitForLoadState('load');
    write('a.svg', '<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>');
    await vi.waitFor(() => expect(tab.loads()).toBe(2));
  });

  it('[R4] a user who cancels the reload is asked again after the next change', async () => {
    const { write, tab } = await open({
      'index.html': html('<input id="field"><script src="app.js"></script>'),
      'app.js': '',
    });
    await tab.page.evaluate(() => addEventListener('beforeunload', (event) => event.preventDefault()));
    // Browsers ask only after a user has done something in the page.
    await tab.page.click('#field');
    await tab.page.keyboard.type('x');
    let asked = 0;
    tab.page.on('dialog', (dialog) => {
      asked++;
      void dialog.dismiss();
    });
    write('app.js', '1');
    await vi.waitFor(() => expect(asked).toBe(1));
    let round = 2;
    await vi.waitFor(
      () => {
        write('app.js', String(round++));
        expect(asked).toBeGreaterThan(1);
      },
      { interval: 500 },
    );
    expect(tab.loads()).toBe(1);
  });

  it('[R4] the response to a form is loaded again, also with a fragment in its address', async () => {
    const backend = createServer((request, response) => {
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.end(
        html(`<h1>${request.method}</h1><form method="post" action="/#place"><button>Go</button></form>`),
      );
    }).listen(0, '127.0.0.1');
    await once(backend, 'listening');
    onTestFinished(() => {
      backend.closeAllConnections();
      backend.close();
    });
    const { folder, write } = makeFolder({ 'page.php': '1' });
    const origin = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
    const tool = await startReload({ proxy: origin, watch: [folder] });
    const { page } = await openTab(await getContext(), tool.url);
    await page.click('button');
    await page.waitForSelector('[data-connected]');
    expect([await page.textContent('h1'), new URL(page.url()).hash]).toEqual(['POST', '#place']);
    write('page.php', '2');
    await vi.waitFor(async () => expect(await page.textContent('h1')).toBe('GET'));
  });
});
