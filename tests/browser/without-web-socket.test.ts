import { expect, it, vi } from 'vitest';
import type { LocWidget } from '@live-online/widget';
import { inChromiumFirst } from '../helpers/browsers.ts';
import { startCounter } from '../helpers/counter.ts';
import { startNginx } from '../helpers/nginx.ts';
import { startSite } from '../helpers/site.ts';
import { visit } from '../helpers/visitor.ts';

/** No upgrade gets through. */
const proxyPassAlone = 'location / { proxy_pass http://counter; }';
const tag = (url: string): string => `<script async src="${url}"></script>`;

inChromiumFirst('a page whose WebSocket does not get through, in $name', ({ getContext }) => {
  /** What the browser itself logs about connections that fail. */
  const ownProblems = (problems: string[]): string[] =>
    problems.filter((text) => !/WebSocket|establish a connection|NS_ERROR|Failed to load|can.t/i.test(text));

  it('[W9] is counted by server-sent events, and leaves with the page', async () => {
    const { counter, port } = await startCounter();
    const { url } = await startNginx([port], proxyPassAlone);
    const site = await startSite({ '/': tag(url), '/empty': '' });
    const context = await getContext();
    const [blocked, direct] = await Promise.all([
      visit(context, site.at('localhost')),
      visit(context, site.at('localhost', '/empty')),
    ]);
    await blocked.sees(1);
    await direct.page.addScriptTag({ url: `http://localhost:${port}/` });
    await Promise.all([blocked.sees(2), direct.sees(2)]);
    await vi.waitFor(() => expect(counter.stats().connections).toBe(2));
    expect(ownProblems(blocked.problems)).toEqual([]);
    await blocked.page.goto('about:blank');
    await direct.sees(1);
  });

  it.each([
    ['is absent', 'delete window.WebSocket;'],
    [
      'throws',
      `window.WebSocket = class { constructor() { throw new DOMException('no', 'SecurityError') } };`,
    ],
    ['never opens', `window.WebSocket = class extends EventTarget { close() {} };`],
  ])('[W9] a WebSocket that %s counts as a failure', async (_, script) => {
    const { counter, url } = await startCounter();
    const site = await startSite({ '/': `<script>${script}</script>${tag(url)}` });
    const tab = await visit(await getContext(), site.at('localhost'));
    const state = () =>
      tab.page.evaluate(() => (window as unknown as { locWidget?: LocWidget }).locWidget?.state);
    await vi.waitFor(async () => expect(await state()).toEqual({ status: 'live', total: 1 }));
    expect(counter.total('localhost')).toBe(1);
    expect(tab.problems).toEqual([]);
  });

  it('[W9] without EventSource as well, the page has no number and no error', async () => {
    const { url } = await startCounter();
    const site = await startSite({
      '/': `<script>delete window.WebSocket; delete window.EventSource;</script>${tag(url)}`,
    });
    const tab = await visit(await getContext(), site.at('localhost'));
    await vi.waitFor(async () => {
      const state = await tab.page.evaluate(
        () => (window as unknown as { locWidget?: LocWidget }).locWidget?.state,
      );
      expect(state?.status).toBe('offline');
    });
    expect(tab.problems).toEqual([]);
  });
});
