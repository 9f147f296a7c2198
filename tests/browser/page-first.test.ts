import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import type { LocWidget } from '@live-online/widget';
import { inChromiumFirst } from '../helpers/browsers.ts';
import { recipe, startCounter } from '../helpers/counter.ts';
import { startSite } from '../helpers/site.ts';
import { visit } from '../helpers/visitor.ts';

type Global = { locWidget: LocWidget };

inChromiumFirst('a page with the widget, in $name', ({ getContext }) => {
  async function open(html: string, headers: Record<string, string> = {}) {
    const site = await startSite({ '/': { html, headers } });
    const context = await getContext();
    return visit(context, site.at('localhost'));
  }

  it('[W4] works under a strict CSP with Trusted Types, including its style', async () => {
    const { port, url } = await startCounter();
    const policy = [
      "default-src 'none'",
      "img-src 'self'",
      `script-src ${url} 'nonce-page'`,
      `connect-src ws://localhost:${port}`,
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join('; ');
    const init = `<script nonce="page">locWidget.style = 'color: rgb(1, 2, 3)'; locWidget.init()</script>`;
    const tab = await open(`<script src="${url}"></script>${init}`, { 'Content-Security-Policy': policy });
    await tab.sees(1);
    const look = await tab.page.locator('#_loc').evaluate((element) => {
      const { position, color } = getComputedStyle(element);
      return { position, color };
    });
    expect(look).toEqual({ position: 'fixed', color: 'rgb(1, 2, 3)' });
    expect(tab.problems).toEqual([]);
  });

  it.each([
    ['text', `'top: 7px; color: rgb(4, 5, 6)'`],
    ['properties', `{ top: '7px', color: 'rgb(4, 5, 6)' }`],
  ])('[W1] style set before init as %s styles the element', async (_name, style) => {
    const { url } = await startCounter();
    const tab = await open(recipe(url, `locWidget.style = ${style}; `));
    await tab.sees(1);
    const look = await tab.page.locator('#_loc').evaluate((element) => {
      const { top, color } = getComputedStyle(element);
      return { top, color };
    });
    expect(look).toEqual({ top: '7px', color: 'rgb(4, 5, 6)' });
  });

  it('[W1] two calls of init or two tags make one widget; destroy removes it, and init creates it again', async () => {
    const { counter, url } = await startCounter();
    // Bare tags: the widget starts only after the test has seen the page without it.
    const tab = await open(`<body><script src="${url}"></script><script src="${url}"></script>`);
    const { page } = tab;
    const html = (): Promise<string> => page.evaluate(() => document.documentElement.outerHTML);
    const call = (method: 'init' | 'destroy'): Promise<void> =>
      page.evaluate((name) => (window as unknown as Global).locWidget[name](), method);
    const before = await html();
    await call('init');
    await call('init');
    await tab.sees(1);
    // The script's own response may have had the total.
    await vi.waitFor(() => expect(counter.stats().connections).toBe(1));
    expect(await page.locator('#_loc').count()).toBe(1);

    await call('destroy');
    await call('destroy');
    expect(await html()).toBe(before);
    await vi.waitFor(() => expect(counter.stats().connections).toBe(0));
    // A listener that was not removed would create it again.
    await page.evaluate(() => {
      dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
      document.dispatchEvent(new Event('DOMContentLoaded'));
    });
    await call('init');
    await tab.sees(1);
    // The script's own response may have had the total.
    await vi.waitFor(() => expect(counter.stats().connections).toBe(1));
    expect(await page.locator('#_loc').count()).toBe(1);
    expect(tab.problems).toEqual([]);
  });

  it.each([
    ['async', (url: string) => `<script async src="${url}"></script>`],
    ['defer', (url: string) => `<script defer src="${url}"></script>`],
    ['a data attribute', (url: string) => `<script src="${url}" data-label="here"></script>`],
    [
      'a script that a script has inserted',
      (url: string) =>
        `<script>document.head.append(Object.assign(document.createElement('script'), { src: '${url}' }))</script>`,
    ],
  ])('[W1] a tag with %s starts without a call of init', async (_name, tag) => {
    const { url } = await startCounter();
    const tab = await open(`<head>${tag(url)}</head><body><p>Text`);
    await tab.sees(1);
    expect(tab.problems).toEqual([]);
  });

  it('[W1] a bare tag waits for init, and defines one global', async () => {
    const { counter, url } = await startCounter();
    const site = await startSite({ '/': `<script src="${url}"></script>`, '/plain': '<p>Nothing' });
    const context = await getContext();
    const globals = async (path: string): Promise<string[]> => {
      const tab = await visit(context, site.at('localhost', path));
      return tab.page.evaluate(() => Object.getOwnPropertyNames(window));
    };
    const plain = new Set(await globals('/plain'));
    const added = (await globals('/')).filter((key) => !plain.has(key) && !key.startsWith('__pw'));
    expect(added).toEqual(['locWidget']);
    expect(counter.stats().connections).toBe(0);
  });

  it('[W1] attributes set the position and the label', async () => {
    const { url } = await startCounter();
    const tab = await open(
      `<body><script src="${url}" data-position="top-left" data-label="Leser online"></script>`,
    );
    await tab.sees(1);
    const box = (await tab.page.locator('#_loc').boundingBox())!;
    expect(box.x).toBeLessThan(50);
    expect(box.y).toBeLessThan(50);
    const shadow = await tab.page.locator('#_loc').evaluate(({ shadowRoot }) => shadowRoot!.textContent);
    expect(shadow).toContain('Leser online');
    expect(await tab.page.locator('#_loc').textContent()).toBe('1');
  });

  it('[W4] a style sheet that resets everything does not change the look of the widget', async () => {
    const { url } = await startCounter();
    const plain = await open(recipe(url));
    const reset = await open(
      `<style>* { margin: 0; padding: 0; box-sizing: border-box }</style>${recipe(url)}`,
    );
    await Promise.all([plain.sees(2), reset.sees(2)]);
    const size = async (tab: typeof plain) => {
      const { width, height } = (await tab.page.locator('#_loc').boundingBox())!;
      return { width, height };
    };
    expect(await size(reset)).toEqual(await size(plain));
  });

  it('[W4] while the server is unreachable, the widget shows nothing and throws no error', async () => {
    const { counter, url } = await startCounter();
    await counter.close();
    const tab = await open(`<h1>Home</h1>${recipe(url, 'window.locWidget && ')}`);
    expect(await tab.page.locator('#_loc').count()).toBe(0);
    expect(await tab.page.locator('h1').textContent()).toBe('Home');
    // The browser itself logs that the script did not load, and that the recipe's global is missing.
    expect(tab.problems.filter((text) => !/locWidget|Failed to load|NS_ERROR/.test(text))).toEqual([]);
  });

  it('[W4] the reason of a rejection is in the state, and not in the page', async () => {
    const { counter, url } = await startCounter({ sites: ['example.org'] });
    const tab = await open(`<h1>Home</h1>${recipe(url)}`);
    const state = await vi.waitFor(async () => {
      const current = await tab.page.evaluate(() => (window as unknown as Global).locWidget.state);
      expect(current?.status).toBe('closed');
      return current;
    });
    expect(state).toMatchObject({ status: 'closed', reason: 'site-not-listed' });
    expect(await tab.page.locator('#_loc').count()).toBe(0);
    expect(tab.problems).toEqual([]);
    expect(counter.stats().rejected).toEqual({ 'site-not-listed': 1 });
  });

  it.each([
    ['a packet of 1 MB', `42["total","${'x'.repeat(1_000_000)}"]`],
    ['500 transports', '2', JSON.stringify(Array(500).fill('websocket'))],
    ['-1', '42["total",-1]'],
    ['half a member', '42["total",1.5]'],
    ['text', '42["total","<img src=x onerror=alert(1)>"]'],
    ['an object', '42["total",{"toString":1}]'],
    ['a number above the largest', '42["total",1e400]'],
    ['invalid details', '42["total",7,"junk"]'],
  ])(
    '[W4] a hostile server sends %s: the widget ignores it without an error',
    async (what, frame, upgrades = '[]') => {
      const url = await startHostileServer(frame, upgrades);
      const tab = await open(`<h1>Home</h1>${recipe(url)}`);
      // The widget shows the valid total that follows, and has never shown the invalid one.
      await tab.sees(3);
      expect(await tab.seen()).toEqual(what === 'invalid details' ? ['7', '3'] : ['3']);
      expect(tab.problems).toEqual([]);
    },
  );

  it('[W4] the script’s headers let isolated pages embed it', async () => {
    const { url } = await startCounter();
    const tab = await open(recipe(url), {
      'Cross-Origin-Embedder-Policy': 'require-corp',
      'Cross-Origin-Opener-Policy': 'same-origin',
    });
    await tab.sees(1);
    expect(await tab.page.evaluate(() => crossOriginIsolated)).toBe(true);
  });
});

/** The real script, and a server that sends `frame` after the handshake, and then the valid total 3. */
async function startHostileServer(frame: string, upgrades: string): Promise<string> {
  const { url } = await startCounter();
  const script = Buffer.from(await (await fetch(url)).arrayBuffer());
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(script);
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    socket.send(`0{"sid":"x","upgrades":${upgrades},"pingInterval":9000,"pingTimeout":9000,"maxPayload":9}`);
    socket.once('message', () => {
      for (const message of ['40{"sid":"y"}', frame, '42["total",3]']) socket.send(message);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
