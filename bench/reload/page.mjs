import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';

export function launchBrowser() {
  return chromium.launch({
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    ...(existsSync(CHROMIUM) && { executablePath: CHROMIUM }),
  });
}

/** The time of this machine in ms since 1970, with fractions, comparable with the page's. */
export function now() {
  return performance.timeOrigin + performance.now();
}

/**
 * Opens a page that records when it receives a message, and when its text and its colour change.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 */
export async function openPage(browser, url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const log = [];
  await page.exposeFunction('benchNote', (entry) => log.push(entry));
  await page.addInitScript(() => {
    const note = (kind, value) =>
      window.benchNote({ kind, value, at: performance.timeOrigin + performance.now() });
    const receive = (data) => {
      // Heartbeats and handshakes do not count.
      if (/^(2|3|40?|0\{)/.test(String(data)) && !/^42/.test(String(data))) return;
      if (/\["(version|connection|options:set)"|"type":"connected"|"ping"|^connected$/.test(String(data)))
        return;
      note('message', String(data).slice(0, 80));
    };
    const NativeSocket = window.WebSocket;
    window.WebSocket = class extends NativeSocket {
      constructor(...args) {
        super(...args);
        this.addEventListener('message', ({ data }) => receive(data));
      }
    };
    let text;
    let color;
    let unstyled = 0;
    const check = () => {
      const mark = document.getElementById('text');
      if (!mark) return;
      if (mark.textContent !== text) note('text', (text = mark.textContent));
      const now = getComputedStyle(mark).color;
      if (now === 'rgb(0, 0, 0)') unstyled++;
      if (now !== color) note('color', (color = now));
    };
    new MutationObserver(check).observe(document, {
      childList: true,
      subtree: true,
      characterData: true,
      attributes: true,
    });
    document.addEventListener('load', check, true);
    document.addEventListener('DOMContentLoaded', check);
    const frame = () => {
      check();
      if (unstyled > 0 && document.readyState === 'complete') {
        note('unstyled', unstyled);
        unstyled = 0;
      }
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    // Finds new rules before the next frame. An interval of 1 ms would become one of 4.
    const poll = () => {
      check();
      void scheduler.postTask(poll, { delay: 1 });
    };
    poll();
  });
  let loads = 0;
  page.on('domcontentloaded', () => loads++);
  await page.goto(url);
  return {
    page,
    log,
    loads: () => loads,
    /** Waits for a record after `since`. */
    async saw(kind, value, since, timeoutMs = 8_000) {
      const until = now() + timeoutMs;
      for (;;) {
        const found = log.find(
          (entry) =>
            entry.kind === kind && entry.at >= since && (value === undefined || entry.value === value),
        );
        if (found) return found.at;
        if (now() > until) return undefined;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    },
    close: () => context.close(),
  };
}
