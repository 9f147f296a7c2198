import { expect, it, vi } from 'vitest';
import { chromiumBrowser, takePage } from '../../helpers/browsers.ts';
import { makeFolder, startReload } from '../../helpers/reload-tool.ts';

const HTML = `<!doctype html><title>Test</title><link rel="icon" href="data:,">
<form action="sent.html"><input id="text" name="text"><input id="number" name="cardNumber"><input id="code" name="cvc"><input id="pinned" name="spinning"><button id="send">Send</button>
<select id="many" multiple><option>a<option>b<option>c</select></form>
<a id="hash" href="#place">Place</a><div id="box" style="height:100px;overflow:auto"><div style="height:1000px"></div></div>
<button id="last" type="button" onclick="document.title = 'clicked'">Last</button><p id="place">place`;

async function openTwo() {
  const { folder } = makeFolder({
    'index.html': HTML,
    'sent.html': '<!doctype html><title>Sent</title><a id="home" href="index.html">Home</a>',
  });
  const tool = await startReload({ folder, sync: true });
  const context = await chromiumBrowser.getContext();
  const [first, second] = [await takePage(context, markReady), await takePage(context, markReady)];
  for (const page of [first, second]) {
    await page.goto(tool.url);
    await page.waitForFunction('window.isInStep');
  }
  return { first, second };
}

it('[R23] lists, links within the page and scrolled elements are in step, and named secrets are not sent', async () => {
  const { first, second } = await openTwo();
  await first.locator('#number').pressSequentially('4111111111111111');
  await first.locator('#code').pressSequentially('123');
  await first.locator('#pinned').pressSequentially('ab');
  await second.waitForFunction('document.querySelector("#pinned").value === "ab"');
  await first.focus('#many');
  await first.keyboard.press('Home');
  await first.keyboard.press('Shift+End');
  await second.waitForFunction('document.querySelector("#many").selectedOptions.length === 3');
  await first.evaluate('document.querySelector("#box").scrollTop = 450');
  await second.waitForFunction('document.querySelector("#box").scrollTop === 450');
  await first.click('#hash');
  await vi.waitFor(() => expect(new URL(second.url()).hash).toBe('#place'));
  expect(await second.inputValue('#number')).toBe('');
  expect(await second.inputValue('#code')).toBe('');
});

it('[R23] a field that changes faster than the rate arrives in its last state', async () => {
  const { first, second } = await openTwo();
  const text = 'as fast as a keyboard can repeat a key, or faster';
  await first.focus('#text');
  await first.keyboard.type(text);
  await second.waitForFunction(`document.querySelector("#text").value === ${JSON.stringify(text)}`);
});

it('[R23] the other devices do not follow a form that writes a secret into the URL', async () => {
  const { first, second } = await openTwo();
  const visited: string[] = [];
  second.on('framenavigated', (frame) => visited.push(frame.url()));
  await first.locator('#code').fill('123');
  await first.click('#send');
  await first.waitForURL(/sent\.html\?.*cvc=123/);
  await first.waitForFunction('window.isInStep');
  // What the page sends afterwards arrives, so an earlier message would have, too.
  await first.click('#home');
  await vi.waitFor(() => expect(second.url()).toMatch(/index\.html$/), 10_000);
  expect(visited.join()).not.toContain('cvc');
});

/** Marks that the page is connected to the others. */
function markReady(): void {
  const Native = WebSocket;
  window.WebSocket = class extends Native {
    constructor(...args: [url: string | URL, protocols?: string | string[]]) {
      super(...args);
      this.addEventListener('message', ({ data }) => {
        if (data === '{"ready":true}') (window as unknown as { isInStep: boolean }).isInStep = true;
      });
    }
  };
}
