import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { chromiumBrowser } from '../helpers/browsers.ts';
import { bundleApp } from '../helpers/bundle.ts';
import { startRedis } from '../../packages/server/test/helpers/redis.ts';
import { startCounter } from '../helpers/counter.ts';
import { freePort } from '../helpers/free-port.ts';
import { startNginx } from '../helpers/nginx.ts';
import { startFamily } from '../helpers/processes.ts';
import { makeFolder, openTab, runReload } from '../helpers/reload-tool.ts';
import {
  loopbackOrigins,
  readSnippets,
  runProgram,
  serverFolder,
  snippetUnder,
  withTwoLocalhosts,
} from '../helpers/readme.ts';
import { startSite } from '../helpers/site.ts';
import { visit } from '../helpers/visitor.ts';

const snippets = readSnippets('README.md');
const reloadFolder = fileURLToPath(new URL('../../packages/reload', import.meta.url));

const snippet = (heading: string, language: string, index?: number): string =>
  snippetUnder(snippets, heading, language, index);

describe('the README', () => {
  it('[C10] its command starts the server', async () => {
    const [command] = snippet('Start the counter server', 'sh').split('\n');
    expect(command).toMatch(/^npx @live-online\/server /);
    const args = command!.split(' ').slice(2);
    args[args.indexOf('--port') + 1] = '0';
    const bin = join(serverFolder, 'bin', 'live-online-server.js');
    const { output } = startFamily(process.execPath, [bin, ...args], { cwd: serverFolder });
    await vi.waitFor(() => expect(output()).toMatch(/listens on http:/));
  });

  it('[D1] its command for the dashboard prints a link that signs in', async () => {
    const [command] = snippet('Open the dashboard', 'sh').split('\n');
    const args = command!.split(' ').slice(2);
    args[args.indexOf('--port') + 1] = '0';
    const bin = join(serverFolder, 'bin', 'live-online-server.js');
    const { output } = startFamily(process.execPath, [bin, ...args], { cwd: serverFolder });
    const link = await vi.waitFor(() => /http:\S+\/dashboard\/login\?token=[\w.-]+/.exec(output())![0]);
    const answer = await fetch(link, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, './']);
  });

  it('[C10] its code starts the server', async () => {
    const port = await freePort();
    const program = await runProgram(snippet('Start the counter server', 'js').replace('8081', String(port)));
    await vi.waitFor(() => expect(program.output()).toBe(`counting at http://localhost:${port}/\n`));
  });

  it.each([0, 1])('[W1] its script tags show the number (%i)', async (index) => {
    const { url } = await startCounter();
    const html = snippet('Add the script tag to your pages', 'html', index).replace(
      'http://localhost:8081/',
      url,
    );
    const site = await startSite({ '/': html });
    const tab = await visit(await chromiumBrowser.getContext(), site.at('localhost'));
    await tab.sees(1);
    expect(tab.problems).toEqual([]);
  });

  it('[W3] its bundled app shows the number', async () => {
    const { url } = await startCounter();
    const { outputFiles } = await build({
      stdin: {
        contents: snippet('Show the number in a bundled app', 'js').replace('http://localhost:8081', url),
        resolveDir: fileURLToPath(new URL('../..', import.meta.url)),
      },
      bundle: true,
      write: false,
      format: 'esm',
    });
    const site = await startSite({ '/': `<script type="module">${outputFiles[0]!.text}</script>` });
    const tab = await visit(await chromiumBrowser.getContext(), site.at('localhost'));
    await vi.waitFor(async () => expect(await tab.page.title()).toBe('1 online'));
    expect(tab.problems).toEqual([]);
  });

  it('[W2] its element shows the number', async () => {
    const { url } = await startCounter();
    const html = snippet('Show the number in a bundled app', 'html').replace('http://localhost:8081/', url);
    // A bundler of pages, such as Vite, bundles the script.
    const [tag, entry] = /<script type="module">([^]*?)<\/script>/.exec(html)!;
    const files = await bundleApp({ entry: entry! });
    const page = html.replace(tag, '<script type="module" src="/app.js"></script>');
    const site = await startSite({ '/': page, ...files });
    const tab = await visit(await chromiumBrowser.getContext(), site.at('localhost'));
    await vi.waitFor(async () =>
      expect(await tab.page.locator('live-online-counter [part=total]').textContent()).toBe('1'),
    );
    expect(tab.problems).toEqual([]);
  });

  it('[C10] its Express app shows the number', async () => {
    const port = await freePort();
    await runProgram(
      snippet('Add the counter to an Express or Fastify app', 'js').replace('3000', String(port)),
    );
    const tab = await visitWhenUp(`http://localhost:${port}/`);
    await tab.sees(1);
    expect(await tab.page.textContent('body')).toContain('Hello');
  });

  it('[C10] its Fastify app serves the counter, at both addresses of localhost', async () => {
    const port = await freePort();
    await runProgram(
      snippet('Add the counter to an Express or Fastify app', 'js', 1).replace('3000', String(port)),
      { nodeArgs: withTwoLocalhosts },
    );
    for (const [index, origin] of loopbackOrigins(port).entries()) {
      const script = `${origin}/live-online/`;
      await vi.waitFor(async () => expect((await fetch(script)).status).toBe(200));
      const site = await startSite({ '/': `<script async src="${script}"></script>` });
      await (await visit(await chromiumBrowser.getContext(), site.at('localhost'))).sees(index + 1);
    }
  });

  it('[P1] its nginx configuration passes the script and the WebSocket on', async () => {
    const { port } = await startCounter({ trustProxy: ['loopback'] });
    const location = snippet('Reverse proxy and TLS', 'nginx').replace('8081', String(port));
    const { url } = await startNginx([port], location);
    const site = await startSite({ '/': `<script async src="${url}live-online/"></script>` });
    const tab = await visit(await chromiumBrowser.getContext(), site.at('localhost'));
    await tab.sees(1);
    expect(tab.problems).toEqual([]);
  });

  it('[S7] its code for SIGTERM ends the process', async () => {
    const port = await freePort();
    const { child } = await runProgram(snippet('Graceful shutdown', 'js').replace('8081', String(port)));
    const ready = `http://localhost:${port}/readyz`;
    await vi.waitFor(async () => expect((await fetch(ready)).status).toBe(200), 10_000);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  it('[S1] its code and its command for many servers add up over Redis', async () => {
    const redis = await startRedis();
    const port = await freePort();
    const code = snippet('Scaling with Redis', 'js')
      .replace('redis://localhost:6379', redis.url)
      .replace('createCounterServer({', `createCounterServer({ port: ${port}, `);
    const [, command] = snippet('Scaling with Redis', 'sh').split('\n');
    const args = command!.replace('redis://localhost:6379', redis.url).split(' ').slice(2);
    args[args.indexOf('--port') + 1] = '0';
    const bin = join(serverFolder, 'bin', 'live-online-server.js');
    const [cli] = [
      startFamily(process.execPath, [bin, ...args], { cwd: serverFolder }),
      await runProgram(code),
    ];
    await vi.waitFor(async () => {
      expect(cli.output()).toMatch(/listens on (http:\S+)/);
      expect((await fetch(`http://localhost:${port}/readyz`)).status).toBe(200);
    });
    const [, url] = /listens on (http:\S+)/.exec(cli.output())!;
    const tabs = await Promise.all(
      [url!, `http://localhost:${port}/`].map(async (server) => {
        const site = await startSite({ '/': `<script async src="${server}"></script>` });
        return visit(await chromiumBrowser.getContext(), site.at('localhost'));
      }),
    );
    await Promise.all(tabs.map((tab) => tab.sees(2)));
  });

  it('[S8] its command for several cores starts them', async () => {
    const [command] = snippet('Several processes on one machine', 'sh').split('\n');
    const args = command!.split(' ').slice(2);
    args[args.indexOf('--port') + 1] = '0';
    const bin = join(serverFolder, 'bin', 'live-online-server.js');
    const { output } = startFamily(process.execPath, [bin, ...args], { cwd: serverFolder });
    await vi.waitFor(() => expect(output()).toMatch(/listens on http:/));
  });

  it('[C10] its Socket.IO server counts', async () => {
    const port = await freePort();
    const program = await runProgram(
      snippet('Add the counter to a Socket.IO server', 'js').replace('3000', String(port)),
    );
    const { io } = await import('socket.io-client');
    const socket = io(`http://localhost:${port}/live-online`);
    onTestFinished(() => void socket.close());
    await vi.waitFor(() => expect(program.output()).toBe('local: 1\n'));
  });

  it('[C10] any Socket.IO client receives the total', async () => {
    const { port, counter } = await startCounter();
    const code = snippet('Connect with any Socket.IO client', 'js').replace('8081', String(port));
    const program = await runProgram(code);
    await vi.waitFor(() => expect(program.output()).toBe('1 online\n'));
    expect(counter.total('local')).toBe(1);
  });

  it('[R1] its folder follows a save', async () => {
    const { folder, write } = makeFolder({ 'content/index.html': '<h1>one</h1>' });
    const [command] = snippet('Serve a folder', 'sh').split('\n');
    const tool = await runReload([...command!.split(' ').slice(2), '--port', '0'], { cwd: folder });
    const tab = await openTab(await chromiumBrowser.getContext(), tool.url);
    write('content/index.html', '<h1>two</h1>');
    await vi.waitFor(async () => expect(await tab.page.textContent('h1')).toBe('two'));
  });

  it('[R1] its script tag reloads the page after a save', async () => {
    const { folder, write } = makeFolder({ 'content/a.txt': '1' });
    const tool = await runReload(['content', '--no-serve', '--port', '0'], { cwd: folder });
    const tag = snippet('Add a script tag to your pages', 'html').replace('http://localhost:8081/', tool.url);
    const site = await startSite({ '/': tag });
    const tab = await openTab(await chromiumBrowser.getContext(), site.at('localhost'));
    write('content/a.txt', '2');
    await vi.waitFor(() => expect(tab.loads()).toBe(2));
  });

  it('[R1] its Express app is refreshed', async () => {
    const port = await freePort();
    const code = snippet('Use it as a middleware', 'js').replace('3000', String(port));
    const { folder, write } = makeFolder({ 'a.txt': '1' });
    await runProgram(code.replace("['.']", JSON.stringify([folder])), { cwd: reloadFolder });
    const url = `http://localhost:${port}/`;
    await vi.waitFor(async () => expect((await fetch(url)).status).toBe(200));
    const tab = await openTab(await chromiumBrowser.getContext(), url);
    write('a.txt', '2');
    await vi.waitFor(() => expect(tab.loads()).toBe(2));
    expect(await tab.page.textContent('h1')).toBe('Hello');
  });

  async function visitWhenUp(url: string) {
    await vi.waitFor(async () => expect((await fetch(url)).status).toBe(200));
    return visit(await chromiumBrowser.getContext(), url);
  }
});
