import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { inChromiumFirst } from '../../helpers/browsers.ts';
import { makeFolder, openTab, startReload } from '../../helpers/reload-tool.ts';

/** A backend, and the tool as a reverse proxy for it. */
async function startBackend(listener: RequestListener) {
  const backend = createServer(listener).listen(0, '127.0.0.1');
  await once(backend, 'listening');
  onTestFinished(() => {
    backend.closeAllConnections();
    backend.close();
  });
  const origin = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
  const { folder, write } = makeFolder({ 'app.txt': 'one' });
  const tool = await startReload({ proxy: origin, watch: [folder] });
  await tool.read;
  return { ...tool, origin, write };
}

inChromiumFirst('pages of a backend in $name', ({ getContext }) => {
  it('[R7] a script that the backend allows to keep for an hour runs in its new version after a save', async () => {
    let text = 'one';
    const { url, write } = await startBackend((request, response) => {
      const isScript = request.url === '/app.js';
      response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
      if (isScript) response.setHeader('Cache-Control', 'public, max-age=3600, immutable');
      response.end(
        isScript
          ? `document.querySelector('h1').textContent = '${text}'`
          : '<!doctype html><link rel="icon" href="data:,"><h1></h1><script src="/app.js"></script>',
      );
    });
    const { page } = await openTab(await getContext(), url);
    await vi.waitFor(async () => expect(await page.textContent('h1')).toBe('one'));
    text = 'two';
    write('app.txt', text);
    await vi.waitFor(async () => expect(await page.textContent('h1')).toBe('two'));
  });

  it('[R7] links, styles and forms with the address of the backend stay in the tool', async () => {
    const { url, origin } = await startBackend((request, response) => {
      const own = `http://${request.headers.host}`;
      const isCss = request.url === '/a.css';
      response.setHeader('Content-Type', isCss ? 'text/css' : 'text/html');
      response.end(
        isCss
          ? `@import "${own}/b.css"; h1 { background: url(${own}/c.png) }`
          : `<!doctype html><link rel="icon" href="data:,"><link rel="stylesheet" href="${own}/a.css"><h1>${request.url}</h1>
             <a href="${own}/next?a=1&amp;b=2">next</a><form action='${own}/sent'><button>send</button></form>`,
      );
    });
    const { page } = await openTab(await getContext(), url);
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.click('a');
    await vi.waitFor(async () => expect(await page.textContent('h1')).toBe('/next?a=1&b=2'));
    await page.click('button');
    await vi.waitFor(async () => expect(await page.textContent('h1')).toBe('/sent?'));
    await vi.waitFor(() => expect(requests).toContain(`${url}c.png`));
    expect(requests.filter((one) => one.startsWith(origin))).toEqual([]);
    expect(page.url()).toBe(`${url}sent?`);
  });
});
