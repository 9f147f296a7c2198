import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { chromiumBrowser } from '../../helpers/browsers.ts';
import { needFlask, startFlask } from '../../helpers/flask.ts';
import { freePort } from '../../helpers/free-port.ts';
import { needPhp, startPhp } from '../../helpers/php.ts';
import { startFamily } from '../../helpers/processes.ts';
import { makeFolder, openTab, startReload } from '../../helpers/reload-tool.ts';

const { resolve } = createRequire(import.meta.url);
const express = createRequire(resolve('@live-online/reload/package.json')).resolve('express');

const expressApp = (text: string): string => `
require(${JSON.stringify(express)})()
  .get('/', (request, response) => response.send('<!doctype html><link rel="icon" href="data:,"><h1>${text}</h1>'))
  .listen(process.env.PORT, '127.0.0.1');
`;

const flaskApp = (text: string): string => `
import flask
app = flask.Flask(__name__)
@app.route('/')
def page(): return '<!doctype html><h1>${text}</h1>'
`;

const textAt = async (url: string): Promise<string> => (await fetch(url)).text();

it('[R1] Express under nodemon, which restarts after the page was loaded again: it is loaded once more', async () => {
  const { folder, write } = makeFolder({ 'app.cjs': expressApp('one') });
  const port = await freePort();
  startFamily(process.execPath, [resolve('nodemon/bin/nodemon.js'), '--delay', '400ms', 'app.cjs'], {
    cwd: folder,
    env: { PORT: String(port) },
  });
  const tool = await startReload({ proxy: `http://127.0.0.1:${port}`, watch: [folder] });
  await vi.waitFor(async () => expect(await textAt(`http://127.0.0.1:${port}`)).toContain('one'), {
    timeout: 30_000,
  });
  const tab = await openTab(await chromiumBrowser.getContext(), tool.url);
  await tool.read;
  write('app.cjs', expressApp('two'));
  await vi.waitFor(async () => expect(await tab.page.textContent('h1')).toBe('two'), { timeout: 30_000 });
  expect(tab.loads()).toBeLessThanOrEqual(3);
  expect(tab.problems).toEqual([]);
});

/** A backend with one answer, and the tool as a reverse proxy for it. */
async function startAnswering(answer: () => { status: number; type: string; body: string }) {
  const { folder, write } = makeFolder({ 'page.html': '', 'part.html': '' });
  const backend = createServer((_request, response) => {
    const { status, type, body } = answer();
    response.writeHead(status, { 'Content-Type': type }).end(body);
  }).listen(0, '127.0.0.1');
  await once(backend, 'listening');
  onTestFinished(() => {
    backend.closeAllConnections();
    backend.close();
  });
  const { port } = backend.address() as AddressInfo;
  return { write, tool: await startReload({ proxy: `http://127.0.0.1:${port}`, watch: [folder] }) };
}

it('[R1] an error is replaced when the address answers again, without an update', async () => {
  let answer = { status: 503, type: 'application/json', body: '{"error":"no database"}' };
  const { tool } = await startAnswering(() => answer);
  const tab = await openTab(await chromiumBrowser.getContext(), `${tool.url}list?page=2`);
  expect(await tab.page.textContent('pre')).toBe(answer.body);
  answer = {
    status: 200,
    type: 'text/html',
    body: '<!doctype html><link rel="icon" href="data:,"><h1>back</h1>',
  };
  await vi.waitFor(async () => expect(await tab.page.textContent('h1')).toBe('back'));
  expect(tab.page.url()).toBe(`${tool.url}list?page=2`);
  expect([tool.updates, tab.problems]).toEqual([[], []]);
});

it('[R1] an error as plain text is shown as it was sent, and replaced as soon as the address has a page again', async () => {
  let answer = { status: 500, type: 'text/plain', body: 'Error: <b> is wrong\n    at app.js:1' };
  const { tool, write } = await startAnswering(() => answer);
  const tab = await openTab(await chromiumBrowser.getContext(), tool.url);
  const shown = (): Promise<string | null> => tab.page.textContent('pre, h1.fixed');
  expect(await shown()).toBe(answer.body);
  await tool.read;
  answer = { status: 400, type: 'application/json', body: '{"error": 1}' };
  write('page.html', 'again wrong');
  await vi.waitFor(async () => expect(await shown()).toBe(answer.body));
  const icon = '<link rel="icon" href="data:,">';
  answer = { status: 200, type: 'text/html', body: `<!doctype html>${icon}<h1 class="fixed">fixed</h1>` };
  // Of another file: one that changes after each reload is taken for one that the backend writes.
  write('part.html', 'right');
  await vi.waitFor(async () => expect(await shown()).toBe('fixed'));
  expect(await tab.page.$$eval('style', (styles) => styles.length)).toBe(0);
  expect(tab.problems).toEqual([]);
});

it('[R1] Flask, whose port accepts connections all the time: pages are loaded once more', async () => {
  needFlask();
  const { folder, write } = makeFolder({ 'app.py': flaskApp('one') });
  const port = await freePort();
  await startFlask(port, folder);
  const tool = await startReload({
    proxy: `http://127.0.0.1:${port}`,
    watch: [folder],
    ignore: ['__pycache__'],
  });
  // Loads the page with each update, as browsers do.
  let loads = 0;
  let shown = '';
  tool.on('update', () => {
    const load = ++loads;
    void textAt(tool.url).then((text) => {
      if (load === loads) shown = text;
    });
  });
  await tool.read;
  write('app.py', flaskApp('two and more'));
  await vi.waitFor(() => expect(shown).toContain('two and more'), { timeout: 30_000 });
  expect(tool.updates[0]!.files).toEqual(['app.py']);
});

it('[R1] php -S, which does not restart: pages are not loaded once more', async () => {
  needPhp();
  const { folder, write } = makeFolder({ 'index.php': 'one' });
  const port = await freePort();
  const php = await startPhp(port, folder);
  const tool = await startReload({ proxy: `http://127.0.0.1:${port}`, watch: [folder] });
  const states: string[] = [];
  tool.on('backend', ({ state }) => states.push(state));
  await tool.read;
  write('index.php', 'two');
  await vi.waitFor(() => expect(tool.updates).toHaveLength(1));
  const accepted = (): number => php.output().match(/Accepted/g)!.length;
  const before = accepted();
  await vi.waitFor(() => expect(accepted()).toBeGreaterThanOrEqual(before + 4), { timeout: 10_000 });
  expect(await textAt(tool.url)).toBe('two');
  expect([tool.updates.length, states]).toEqual([1, []]);
});
