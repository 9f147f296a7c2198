import { expect, it, vi } from 'vitest';
import { chromiumBrowser, firefoxBrowser, takePage } from '../../helpers/browsers.ts';
import { makeFolder, startReload } from '../../helpers/reload-tool.ts';

const HTML = `<!doctype html><title>Test</title><link rel="icon" href="data:,">
<style>body{margin:0}main{height:4000px}</style>
<button id="more" type="button" onclick="window.clicks = (window.clicks ?? 0) + 1">More</button>
<form><input id="name"><input id="secret" type="password"><input id="card" autocomplete="cc-number"><input id="agree" type="checkbox"></form>
<a id="link" href="other.html">Other</a><main></main>`;

it('[R23] keeps Chromium and Firefox in step, without passwords and without echoes', async () => {
  const { folder } = makeFolder({
    'index.html': HTML,
    'other.html': '<!doctype html><title>Other</title><p>other',
  });
  const tool = await startReload({ folder, sync: true });
  const [first, second] = [
    await takePage(await chromiumBrowser.getContext(), countMessages),
    await takePage(await firefoxBrowser.getContext(), countMessages),
  ];
  await first.setViewportSize({ width: 1000, height: 600 });
  await second.setViewportSize({ width: 400, height: 600 });
  for (const page of [first, second]) {
    await page.goto(tool.url);
    await page.waitForFunction('window.isInStep');
  }
  await first.click('#more');
  await second.waitForFunction('window.clicks === 1');
  await second.locator('#name').pressSequentially('Ada');
  await first.waitForFunction('document.querySelector("#name").value === "Ada"');
  await first.locator('#secret').pressSequentially('hunter2');
  await first.locator('#card').pressSequentially('4111');
  await first.check('#agree');
  await second.waitForFunction('document.querySelector("#agree").checked');
  expect(await second.inputValue('#secret')).toBe('');
  expect(await second.inputValue('#card')).toBe('');
  await first.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
  await second.waitForFunction('scrollY > 3000');
  await first.evaluate('scrollTo(0, 0)');
  await second.waitForFunction('scrollY === 0');
  // Firefox has only sent what was typed in it.
  const targets = 'window.sent.map(({ part, target }) => part + target)';
  expect(new Set(await second.evaluate<string[]>(targets))).toEqual(new Set(['fields#name']));
  expect(await first.evaluate('JSON.stringify(window.sent)')).not.toMatch(/hunter|4111|#secret|#card/);
  expect(await first.evaluate('window.sent.filter(({ part }) => part === "clicks").length')).toBe(1);
  await first.click('#link');
  await vi.waitFor(() => expect(second.url()).toBe(new URL('/other.html', tool.url).href));
});

/** Records what the page sends, and when it is connected to the others. */
function countMessages(): void {
  const Native = WebSocket;
  const marks = window as unknown as { sent: unknown[]; isInStep: boolean };
  marks.sent = [];
  window.WebSocket = class extends Native {
    constructor(...args: [url: string | URL, protocols?: string | string[]]) {
      super(...args);
      this.addEventListener('message', ({ data }) => {
        if (data === '{"ready":true}') marks.isInStep = true;
      });
    }
    override send(data: string): void {
      if (String(data).startsWith('{"part"')) marks.sent.push(JSON.parse(data));
      super.send(data);
    }
  };
}
