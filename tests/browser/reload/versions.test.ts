import { setTimeout as delay } from 'node:timers/promises';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Dialog } from 'playwright-core';
import { expect, it, vi } from 'vitest';
import { inChromiumFirst } from '../../helpers/browsers.ts';
import {
  hide,
  makeFolder,
  openTab,
  runReload,
  startReload,
  type Reload,
  type Tab,
} from '../../helpers/reload-tool.ts';

const html = (text: string): string =>
  `<!doctype html><meta charset="utf-8"><title>Test</title><link rel="icon" href="data:,"><link rel="stylesheet" href="site.css"><h1 id="text">${text}</h1>`;

inChromiumFirst('after an interruption, in $name', ({ getContext }) => {
  async function open() {
    const made = makeFolder({ 'index.html': html('one'), 'site.css': '', 'data.json': '1' });
    const options = { folder: made.folder, cacheFolder: makeFolder().folder };
    const tool = await startReload(options);
    // Then the page knows the digest of its content.
    await tool.read;
    const tab = await openTab(await getContext(), tool.url);
    const restart = (): Promise<Reload> =>
      startReload({ ...options, port: Number(new URL(tool.url).port), strictPort: true });
    return { ...made, tool, restart, ...watch(tab, made.write) };
  }

  function watch(tab: Tab, write: (name: string, content: string) => void) {
    const shows = (text: string): Promise<void> =>
      vi.waitFor(async () => expect(await tab.page.textContent('#text').catch(() => '')).toBe(text));
    /** Saves the style sheet, which is replaced in place, until the page has received that update, and so all earlier ones. */
    const settled = async (): Promise<void> => {
      let saves = 0;
      // A page that connects only after the save would load once more.
      await tab.page.waitForSelector('[data-connected]', { state: 'attached' });
      await vi.waitFor(async () => {
        write('site.css', `#text { top: ${++saves}px }`);
        await tab.page.waitForSelector('[data-updated]', { state: 'attached', timeout: 1_000 });
      });
    };
    return { tab, shows, settled };
  }

  it('[R6] the server restarts and nothing has changed: the page stays, and is updated again', async () => {
    const { folder, write, tool, tab, restart, shows } = await open();
    await tool.stop();
    const later = new Date(Date.now() + 5_000);
    utimesSync(join(folder, 'data.json'), later, later);
    const again = await restart();
    write('index.html', html('two'));
    await shows('two');
    // The page may reload for the save, but not for the restart.
    expect(tab.loads()).toBeLessThanOrEqual(2);
    expect(again.updates).toHaveLength(1);
  });

  it('[R6] the server restarts and something has changed: the page reloads exactly once', async () => {
    const { write, tool, tab, restart, shows, settled } = await open();
    await tool.stop();
    write('index.html', html('two'));
    await restart();
    await shows('two');
    await settled();
    await vi.waitFor(() => expect(tab.loads()).toBe(2));
  });

  it('[R6] the server is killed, and starts again with other content: the page reloads exactly once', async () => {
    const { folder, write } = makeFolder({ 'index.html': html('one'), 'site.css': '', 'data.json': '1' });
    const cache = makeFolder().folder;
    const tool = await runReload([folder, '--port', '0'], { cache });
    const { tab, shows, settled } = watch(await openTab(await getContext(), tool.url), write);
    tool.child.kill('SIGKILL');
    write('index.html', html('two'));
    await vi.waitFor(() => expect(tool.alive()).toEqual([]));
    await runReload([folder, '--port', new URL(tool.url).port, '--strict-port'], { cache });
    await shows('two');
    await settled();
    await vi.waitFor(() => expect(tab.loads()).toBe(2));
  });

  it('[R6] an alert() left open over three saves: the page reloads exactly once', async () => {
    const { write, tool, tab, shows, settled } = await open();
    const dialog = new Promise<Dialog>((resolve) => tab.page.once('dialog', resolve));
    void tab.page.evaluate(() => setTimeout(() => alert('wait'), 0));
    const shown = await dialog;
    for (const text of ['two', 'three', 'four']) {
      const before = tool.updates.length;
      write('index.html', html(text));
      await vi.waitFor(() => expect(tool.updates.length).toBe(before + 1));
      // Long enough for the page to detect that it was paused.
      await delay(1_000);
    }
    await shown.accept();
    await shows('four');
    await settled();
    await vi.waitFor(() => expect(tab.loads()).toBe(2));
  });

  it('[R6] a page in the background receives a change, and then the server restarts: both are applied', async () => {
    const { write, tool, tab, restart, shows, settled } = await open();
    await hide(tab.page, true);
    write('site.css', '#text { top: 0 }');
    await vi.waitFor(() => expect(tool.updates).toHaveLength(1));
    await tool.stop();
    write('index.html', html('two'));
    const connected = tab.page.waitForSelector('[data-connected]', { state: 'attached' });
    await restart();
    await connected;
    await hide(tab.page, false);
    await shows('two');
    await settled();
    await vi.waitFor(() => expect(tab.loads()).toBe(2));
  });

  it('[R6] a cache serves the old page and the old frame in it: both are loaded again, and never in a loop', async () => {
    const { write, tab, tool, restart } = await open();
    write('frame.html', html('frame'));
    write('index.html', `${html('one')}<iframe src="frame"></iframe>`);
    await tab.page.waitForSelector('iframe', { state: 'attached' });
    await tab.page.reload();
    await tab.page.waitForSelector('[data-connected]', { state: 'attached' });
    const kept = new Map<string, string>();
    let requests = 0;
    for (const path of ['', 'frame']) {
      kept.set(
        path,
        await (
          await fetch(tool.url + path, { headers: { Accept: 'text/html', 'Sec-Fetch-Dest': 'document' } })
        ).text(),
      );
      await tab.page.route(tool.url + path, (route) => {
        requests++;
        return route.fulfill({ contentType: 'text/html', body: kept.get(path)! });
      });
    }
    expect(kept.get('')).toContain('client.js');
    await tool.stop();
    write('data.json', '3');
    await restart();
    await vi.waitFor(() => expect(requests).toBeGreaterThan(1));
    await delay(2_000);
    expect(requests).toBeLessThan(6);
  });
});
