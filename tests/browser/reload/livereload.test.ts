import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createReloadServer } from '@live-online/reload';
import { inChromiumFirst, takePage } from '../../helpers/browsers.ts';
import { makeFolder } from '../../helpers/reload-tool.ts';

inChromiumFirst('the script of LiveReload in $name', ({ getContext }) => {
  it('[R22] replaces a style sheet in a page of another server, and reloads the page for a script', async () => {
    const { folder, write } = makeFolder({ 'a.css': 'p{color:rgb(1,1,1)}', 'app.js': 'x' });
    const cacheFolder = makeFolder().folder;
    const reload = createReloadServer({ folder, port: 0, livereload: 0, cacheFolder });
    onTestFinished(() => reload.close());
    const indexed = new Promise<void>((resolve) => reload.on('indexed', () => resolve()));
    const { livereloadUrl } = await reload.listen();
    let color = 'rgb(1, 1, 1)';
    const site = createServer((request, response) => {
      const isStyle = request.url!.startsWith('/a.css');
      response.setHeader('Content-Type', isStyle ? 'text/css' : 'text/html');
      response.end(
        isStyle
          ? `p{color:${color}}`
          : `<!doctype html><link rel="stylesheet" href="/a.css"><p>x<script src="${livereloadUrl}"></script>`,
      );
    }).listen(0, '127.0.0.1');
    await once(site, 'listening');
    onTestFinished(() => {
      site.closeAllConnections();
      site.close();
    });
    const page = await takePage(await getContext());
    let loads = 0;
    page.on('domcontentloaded', () => loads++);
    await page.goto(`http://localhost:${(site.address() as AddressInfo).port}/`);
    await indexed;
    const shown = () => page.evaluate('getComputedStyle(document.querySelector("p")).color');
    expect(await shown()).toBe(color);
    // The handshake has ended.
    await page.waitForFunction('window.LiveReload?.connector?.protocol === 7');
    color = 'rgb(2, 2, 2)';
    write('a.css', 'p{color:rgb(2,2,2)}');
    await vi.waitFor(async () => expect(await shown()).toBe(color));
    expect(loads).toBe(1);
    write('app.js', 'changed');
    await vi.waitFor(() => expect(loads).toBe(2));
  });
});
