import { expect, it, vi } from 'vitest';
import { chromiumBrowser, inEachBrowser, takePage } from '../helpers/browsers.ts';
import { startCounter } from '../helpers/counter.ts';
import { startNginx } from '../helpers/nginx.ts';
import { startSite } from '../helpers/site.ts';
import { visit } from '../helpers/visitor.ts';

it('[P20] a page of another origin reads the total from the script’s response, also from a 304 and through nginx', async () => {
  const { port } = await startCounter();
  const { url } = await startNginx([port], 'location / { proxy_pass http://counter; }');
  const site = await startSite({ '/': `<script async src="${url}"></script>` });
  const page = await takePage(await chromiumBrowser.getContext());
  const read = () =>
    page.evaluate((src) => {
      const [entry] = performance.getEntriesByName(src) as PerformanceResourceTiming[];
      const [metric] = entry!.serverTiming;
      return {
        name: metric?.name,
        total: metric?.duration,
        ageSeconds: Date.now() / 1_000 - Number(metric?.description),
        wasAsked: entry!.transferSize > 0,
        hasBody: entry!.transferSize > 1_000,
      };
    }, url);
  await page.goto(site.at('localhost'), { waitUntil: 'load' });
  const first = await read();
  expect(first).toMatchObject({ name: 'live-online', total: 1, wasAsked: true, hasBody: true });
  expect(first.ageSeconds).toBeLessThan(30);
  await page.goto(site.at('localhost', '/?again'), { waitUntil: 'load' });
  expect(await read()).toMatchObject({ name: 'live-online', wasAsked: true, hasBody: false });
});

it('[C10] the script at a path without its last slash finds its server', async () => {
  const { url } = await startCounter({ path: '/live/' });
  const site = await startSite({ '/': `<script async src="${url}live"></script>` });
  const tab = await visit(await chromiumBrowser.getContext(), site.at('localhost'));
  await tab.sees(1);
  expect(tab.problems).toEqual([]);
});

inEachBrowser('the first total', ({ getContext }) => {
  it('[W10] the script tag shows that total before it is connected, and the total of the connection afterwards', async () => {
    const { port } = await startCounter();
    const observe = `<script>
      const shown = [];
      new MutationObserver(() => {
        const badge = document.getElementById('_loc');
        if (badge) shown.push(badge.dataset.state + ' ' + badge.textContent);
      }).observe(document, { attributes: true, characterData: true, childList: true, subtree: true });
    </script>`;
    const tag = `<script async src="http://localhost:${port}/"></script>`;
    const site = await startSite({ '/': tag, '/observed': `<body>${observe}${tag}` });
    const context = await getContext();
    const other = await visit(context, site.at('localhost'));
    await other.sees(1);
    const { page } = await visit(context, site.at('localhost', '/observed'));
    const shown = (): Promise<string[]> => page.evaluate('shown');
    await vi.waitFor(async () => expect((await shown()).at(-1)).toBe('live 2'));
    expect((await shown())[0]).toBe('connecting 1');
  });
});
