import { cpSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import { inChromiumFirst } from '../../helpers/browsers.ts';
import { freePort } from '../../helpers/free-port.ts';
import { startPhp } from '../../helpers/php.ts';
import { makeFolder, openTab, runReload } from '../../helpers/reload-tool.ts';

const phpSite = fileURLToPath(new URL('../../../examples/live-reload-php/site', import.meta.url));

inChromiumFirst('beside other servers in $name', ({ getContext }) => {
  it('[R1] --proxy to PHP: templates reload, styles are swapped, and pages wait while PHP is down', async () => {
    const { folder, write } = makeFolder();
    cpSync(phpSite, folder, { recursive: true });
    const port = await freePort();
    const php = await startPhp(port, folder);
    const tool = await runReload(['--proxy', `http://127.0.0.1:${port}`, '--watch', folder, '--port', '0']);
    const tab = await openTab(await getContext(), tool.url);
    expect(await tab.page.textContent('h1')).toBe('Tide table');

    const css = readFileSync(`${folder}/site.css`, 'utf8');
    write('site.css', `${css}\nh1 { color: rgb(3, 4, 5) }`);
    const color = (): Promise<string> => tab.page.$eval('h1', (h1) => getComputedStyle(h1).color);
    await vi.waitFor(async () => expect(await color()).toBe('rgb(3, 4, 5)'));
    expect(tab.loads()).toBe(1);

    const template = readFileSync(`${folder}/index.php`, 'utf8');
    write('index.php', template.replace('Tide table', 'Moon table'));
    await vi.waitFor(async () => expect(await tab.page.textContent('h1')).toBe('Moon table'));
    await vi.waitFor(() => expect(tab.loads()).toBe(2));

    const closed = once(php.child, 'close');
    php.child.kill('SIGKILL');
    await closed;
    await tab.page.reload();
    expect(await tab.page.textContent('body')).toContain(`127.0.0.1:${port}`);
    expect(tool.logged('backend')).toEqual([expect.objectContaining({ state: 'down' })]);
    await startPhp(port, folder);
    await vi.waitFor(async () => expect(await tab.page.textContent('h1')).toBe('Moon table'));
    expect(tool.logged('backend').map(({ state }) => state)).toEqual(['down', 'up']);
    expect(tab.problems).toEqual([]);
  });

  it('[R1] --no-serve: one script tag in pages of another server', async () => {
    const { folder, write } = makeFolder({ 'css/site.css': 'h1 { color: rgb(1, 1, 1) }', 'index.html': '' });
    const tool = await runReload([folder, '--no-serve', '--port', '0']);
    let text = 'one';
    const other = createServer((request, response) => {
      const isCss = request.url!.startsWith('/assets/css/site.css');
      response.setHeader('Content-Type', isCss ? 'text/css' : 'text/html');
      if (isCss) return void response.end(readFileSync(`${folder}/css/site.css`));
      response.end(
        `<!doctype html><link rel="icon" href="data:,"><link rel="stylesheet" href="/assets/css/site.css"><h1>${text}</h1><script src="${tool.url}"></script>`,
      );
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => {
      other.closeAllConnections();
      other.close();
    });
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
    const tab = await openTab(await getContext(), url);

    write('css/site.css', 'h1 { color: rgb(2, 2, 2) }');
    const color = (): Promise<string> => tab.page.$eval('h1', (h1) => getComputedStyle(h1).color);
    await vi.waitFor(async () => expect(await color()).toBe('rgb(2, 2, 2)'));
    expect(tab.loads()).toBe(1);
    text = 'two';
    write('index.html', 'changed');
    await vi.waitFor(async () => expect(await tab.page.textContent('h1')).toBe('two'));
    await vi.waitFor(() => expect(tab.loads()).toBe(2));
    expect(tab.problems).toEqual([]);
  });
});
