import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { transform } from 'esbuild';
import { io } from 'socket.io-client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { chromiumBrowser } from '../helpers/browsers.ts';
import { startCounter } from '../helpers/counter.ts';
import { freePort } from '../helpers/free-port.ts';
import { startNginx } from '../helpers/nginx.ts';
import { readSnippets, runProgram, serverFolder, snippetUnder } from '../helpers/readme.ts';
import { makeFolder, openTab } from '../helpers/reload-tool.ts';
import { startSite } from '../helpers/site.ts';
import { visit } from '../helpers/visitor.ts';

const reloadFolder = fileURLToPath(new URL('../../packages/reload', import.meta.url));

describe('the server’s README', () => {
  const snippets = readSnippets('packages/server/README.md');
  const program = (heading: string): string => snippetUnder(snippets, heading, 'js');

  it('[C10] its programs “In Node”, with those for pages and SIGTERM, count and drain', async () => {
    const port = await freePort();
    // The shutdown stands before the last line of output: whoever has read that line may send SIGTERM.
    const parts = ['In Node', 'Graceful shutdown', 'People, tabs and pages'].map(program);
    const { child, output } = await runProgram(parts.join('\n').replace('8081', String(port)));
    const printed = `counting at http://localhost:${port}/\n0 people with 0 tabs, 0 of them on /blog\n`;
    await vi.waitFor(() => expect(output()).toBe(printed));
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  it('[D1] its program for the dashboard prints a link that signs in', async () => {
    const code = program('Dashboard')
      .replace('8081', '0')
      .replace('process.env.ADMIN_TOKEN', "'a'.repeat(16)");
    const { output } = await runProgram(code);
    const link = await vi.waitFor(() => /dashboard: (http:\S+)/.exec(output())![1]!);
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(303);
  });

  it('[C10] its program “On your Socket.IO server” counts', async () => {
    const port = await freePort();
    const { output } = await runProgram(program('On your Socket.IO server').replace('3000', String(port)));
    const socket = io(`http://localhost:${port}/live-online`);
    onTestFinished(() => void socket.close());
    await vi.waitFor(() => expect(output()).toBe('local: 1\n'));
  });

  it('[S8] its program for several processes serves', async () => {
    const port = await freePort();
    await runProgram(program('Several processes').replace('8081', String(port)));
    const ready = `http://localhost:${port}/readyz`;
    await vi.waitFor(async () => expect((await fetch(ready)).status).toBe(200));
  });

  it('[P1] its nginx configuration passes the script and the WebSocket on', async () => {
    const { port } = await startCounter({ trustProxy: ['loopback'] });
    const location = snippetUnder(snippets, 'Reverse proxy', 'nginx').replace('8081', String(port));
    const { url } = await startNginx([port], location);
    const site = await startSite({ '/': `<script async src="${url}live-online/"></script>` });
    const tab = await visit(await chromiumBrowser.getContext(), site.at('localhost'));
    await tab.sees(1);
    await vi.waitFor(() => expect([...tab.sockets]).toEqual([expect.stringContaining('/live-online/')]));
  });

  it('[C10] its tag with a hash shows the number', async () => {
    const { url } = await startCounter();
    const bin = join(serverFolder, 'bin', 'live-online-server.js');
    const { stdout } = await promisify(execFile)(process.execPath, [bin, '--help']);
    const [, file, integrity] = /8081\/(live-online\.\w+\.js)"\s+integrity="([^"]+)"/.exec(stdout)!;
    const html = snippetUnder(snippets, '@live-online/server', 'html', 1)
      .replace('http://localhost:8081/live-online.HASH.js', url + file!)
      .replace('sha384-…', integrity!);
    const site = await startSite({ '/': html });
    const tab = await visit(await chromiumBrowser.getContext(), site.at('localhost'));
    await tab.sees(1);
    expect(tab.problems).toEqual([]);
  });
});

describe('the widget’s README', () => {
  it.each<[heading: string, index: number]>([
    ['@live-online/widget', 0],
    ['@live-online/widget', 1],
    ['Attributes', 0],
    ['JavaScript API of the script tag', 0],
  ])('[W1] its tags under “%s” (%i) show the number', async (heading, index) => {
    const { url } = await startCounter();
    const html = snippetUnder(readSnippets('packages/widget/README.md'), heading, 'html', index);
    const page = html.replace(/http:\/\/localhost:8081\/|https:\/\/example\.org\/live-online\//, url);
    expect(page).not.toBe(html);
    const site = await startSite({ '/': page });
    const tab = await visit(await chromiumBrowser.getContext(), site.at('localhost'));
    await tab.sees(1);
    expect(tab.problems).toEqual([]);
  });
});

describe('the protocol’s README', () => {
  it('[C10] its client receives the total', async () => {
    const { port } = await startCounter();
    const source = snippetUnder(readSnippets('packages/protocol/README.md'), '@live-online/protocol', 'ts');
    const { code } = await transform(source.replace('8081', String(port)), { loader: 'ts' });
    const { output } = await runProgram(code);
    await vi.waitFor(() => expect(output()).toBe('1 online\n'));
  });
});

describe('the reload tool’s README', () => {
  it.each([
    ['Express', 'Middleware'],
    ['Fastify', 'Fastify'],
    ['Koa', 'Koa'],
    ['Hono', 'Hono'],
  ])('[R1] its middleware for %s refreshes the page', async (_framework, heading) => {
    const port = await freePort();
    const { folder, write } = makeFolder({ 'a.txt': '1' });
    const code = snippetUnder(readSnippets('packages/reload/README.md'), heading, 'js')
      .replace('3000', String(port))
      .replace("['.']", JSON.stringify([folder]));
    await runProgram(code, { cwd: reloadFolder });
    const url = `http://localhost:${port}/`;
    await vi.waitFor(async () => expect((await fetch(url)).status).toBe(200));
    const tab = await openTab(await chromiumBrowser.getContext(), url);
    write('a.txt', '2');
    await vi.waitFor(() => expect(tab.loads()).toBe(2));
  });
});
