import { createHmac } from 'node:crypto';
import { beforeAll, expect, it, vi } from 'vitest';
import { createSiteToken } from '@live-online/server';
import type { LocWidget } from '@live-online/widget';
import { bundleApp } from '../helpers/bundle.ts';
import { inChromiumFirst } from '../helpers/browsers.ts';
import { startCounter } from '../helpers/counter.ts';
import { startSite, type SitePage } from '../helpers/site.ts';
import { visit } from '../helpers/visitor.ts';

const secret = 'a secret of a site';
const sites = [{ name: 'localhost', tokenSecret: secret }];

let app: Record<string, SitePage>;

beforeAll(async () => {
  app = await bundleApp({
    // The recipe of the README.
    entry: `import { createCounter } from '@live-online/widget';
      window.start = (server, tokens) => {
        const counter = createCounter({ server, token: tokens.shift() });
        counter.subscribe((state) => {
          window.shown = state;
          if (state.reason !== 'token-expired') return;
          counter.close();
          window.start(server, tokens);
        });
      };`,
  });
});

/** A token of 2001. */
function createExpiredToken(): string {
  const signed = 'e1.1000000000';
  return `${signed}.${createHmac('sha256', secret).update(`${signed}.localhost`).digest('hex')}`;
}

inChromiumFirst('a site with tokens that expire, in $name', ({ getContext }) => {
  it('[P25] [SEC26] the script tag counts with a token, and ends with the reason when it has expired', async () => {
    const { counter, url } = await startCounter({ sites });
    const token = createSiteToken({ site: 'localhost', secret });
    const tag = (of: string): string => `<script async src="${url}" data-token="${of}"></script>`;
    const site = await startSite({ '/': tag(token), '/old': tag(createExpiredToken()) });
    const context = await getContext();
    const counted = await visit(context, site.at('localhost'));
    await counted.sees(1);
    const expired = await visit(context, site.at('localhost', '/old'));
    await vi.waitFor(async () => {
      const state = await expired.page.evaluate(
        () => (window as unknown as { locWidget: LocWidget }).locWidget.state,
      );
      expect(state).toMatchObject({ status: 'closed', reason: 'token-expired' });
    });
    expect(counter.stats().rejected).toEqual({ 'token-expired': 1 });
    expect(counter.total('localhost')).toBe(1);
    expect([...counted.problems, ...expired.problems]).toEqual([]);
  });

  it('[P25] createCounter can be created again with a new token, and the page counts once', async () => {
    const { counter, url } = await startCounter({ sites });
    const site = await startSite({ '/': '<script type="module" src="/app.js"></script>', ...app });
    const { page, problems } = await visit(await getContext(), site.at('localhost'));
    await page.evaluate(
      ([server, ...tokens]) =>
        (window as unknown as { start: (server: string, tokens: string[]) => void }).start(server!, tokens),
      [url, createExpiredToken(), createSiteToken({ site: 'localhost', secret })],
    );
    await vi.waitFor(async () =>
      expect(await page.evaluate(() => (window as unknown as { shown: unknown }).shown)).toMatchObject({
        status: 'live',
        total: 1,
      }),
    );
    expect(counter.stats()).toMatchObject({ rejected: { 'token-expired': 1 }, connections: 1 });
    expect(problems).toEqual([]);
  });

  it('[C11] a page that was answered 429 comes back by itself', async () => {
    const { counter, port } = await startCounter({
      handshakesPerSecondPerAddress: 1,
      handshakeBurstPerAddress: 1,
    });
    // One address: `localhost` may be two.
    const url = `http://127.0.0.1:${port}/`;
    const site = await startSite({ '/': `<script async src="${url}"></script>` });
    const context = await getContext();
    // The bucket is kept empty until the page has seen that. If the page takes a token first, it is loaded again.
    const visitor = await visit(context, 'about:blank');
    const flood = async (): Promise<void> => {
      while (visitor.problems.length === 0) await (await fetch(`${url}events?join=0`)).text();
    };
    const flooding = flood();
    while (visitor.problems.length === 0) {
      await visitor.page.goto(site.at('localhost'));
      await vi.waitFor(
        () => expect(visitor.problems.length + counter.total('localhost')).toBeGreaterThan(0),
        30_000,
      );
    }
    await flooding;
    await vi.waitFor(() => expect(counter.total('localhost')).toBe(1), 30_000);
    expect(counter.stats().rejected['handshake-rate']).toBeGreaterThan(0);
  });
});
