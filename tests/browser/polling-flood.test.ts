import { expect, it } from 'vitest';
import { chromiumBrowser } from '../helpers/browsers.ts';
import { startCounter } from '../helpers/counter.ts';
import { startSite } from '../helpers/site.ts';

it('[C11] a page of another site cannot flood the counter by polling', async () => {
  const { counter, url } = await startCounter({ transports: ['polling', 'websocket'] });
  const site = await startSite({ '/': '<h1>Elsewhere</h1>' });
  const context = await chromiumBrowser.getContext();
  const page = await context.newPage();
  await page.goto(site.at('127.0.0.1'));
  const taken = await page.evaluate(async (socketUrl) => {
    const session = `${socketUrl}?EIO=4&transport=polling`;
    const opened = await (await fetch(session)).text();
    const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
    const packets = Array.from({ length: 150 }, () => '40/x,').join('\x1e');
    let count = 0;
    for (let post = 0; post < 200; post++) {
      const { ok } = await fetch(`${session}&sid=${sid}`, { method: 'POST', body: packets }).catch(() => ({
        ok: false,
      }));
      if (ok) count++;
    }
    return count;
  }, new URL('socket.io/', url).href);
  expect(taken).toBeLessThan(3);
  expect(counter.stats().terminated).toEqual({ 'second-connect': 1 });
  expect(await (await fetch(new URL('healthz', url))).text()).toBe('ok\n');
});
