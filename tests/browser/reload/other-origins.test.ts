import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { createReloadServer } from '@live-online/reload';
import { inChromiumFirst, takePage } from '../../helpers/browsers.ts';
import { makeFolder, openTab } from '../../helpers/reload-tool.ts';

const SECRET = 'hunter2-secret';

async function start() {
  const { folder } = makeFolder({
    'index.html': `<!doctype html><title>t</title><link rel="icon" href="data:,"><p>${SECRET}`,
    'app.js': `window.leaked = '${SECRET}'`,
    'a.css': 'body{--leaked:1}',
    'a.png': Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    ),
  });
  const reload = createReloadServer({
    folder,
    port: 0,
    livereload: 0,
    sync: true,
    cacheFolder: makeFolder().folder,
  });
  onTestFinished(() => reload.close());
  const { url, port, livereloadUrl } = await reload.listen();
  const opened = useEditor();
  const script = await (await fetch(new URL('/__live-online/client.js', url))).text();
  const token = /"token":"([\w-]+)"/.exec(script)![1]!;
  return {
    reload,
    folder,
    port,
    url,
    origin: new URL(url).origin,
    live: new URL(livereloadUrl!).host,
    token,
    opened,
  };
}

/** A program in place of the editor, and what it has opened. */
function useEditor(): () => string[] {
  const { folder, write } = makeFolder();
  const program = join(folder, 'code');
  write('code', `#!/bin/sh\nfor last; do :; done\necho "$last" >> "${folder}/opened"\n`);
  chmodSync(program, 0o755);
  const before = process.env['LAUNCH_EDITOR'];
  process.env['LAUNCH_EDITOR'] = program;
  onTestFinished(() => {
    if (before === undefined) delete process.env['LAUNCH_EDITOR'];
    else process.env['LAUNCH_EDITOR'] = before;
  });
  const file = join(folder, 'opened');
  return () => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []);
}

/** A site of an attacker. It is also a proxy, for which every name is this machine. */
async function startSite(): Promise<{ port: number; origin: string }> {
  const site = createServer((incoming, response) => {
    // As a proxy, it gets the whole URL.
    if (!incoming.url!.startsWith('http://') || new URL(incoming.url!).port === '') {
      response.setHeader('Content-Type', 'text/html');
      return void response.end('<!doctype html><title>evil</title><link rel="icon" href="data:,">');
    }
    const { port, pathname, search } = new URL(incoming.url!);
    const { method, headers } = incoming;
    const sent = request(
      { host: '127.0.0.1', port, path: pathname + search, method, headers },
      (received) => {
        response.writeHead(received.statusCode!, received.headers);
        received.pipe(response);
      },
    );
    sent.on('error', () => response.destroy());
    incoming.pipe(sent);
  }).listen(0, '127.0.0.1');
  site.on('connect', (incoming, socket) => {
    const tunnel = connect(Number(incoming.url!.split(':')[1]), '127.0.0.1');
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    tunnel.pipe(socket).pipe(tunnel);
    for (const end of [tunnel, socket]) end.on('error', () => socket.destroy());
  });
  await once(site, 'listening');
  onTestFinished(() => {
    site.closeAllConnections();
    site.close();
  });
  const { port } = site.address() as AddressInfo;
  return { port, origin: `http://evil.localhost:${port}` };
}

/** What a page of another origin tries. It runs in the page, and returns what has worked. */
const ATTACK = `async ({ origin, live, token }) => {
  const worked = [];
  const load = (name, make) => new Promise((resolve) => {
    const element = make();
    element.onload = () => { worked.push(name); resolve(); };
    element.onerror = () => resolve();
    document.documentElement.append(element);
  });
  const make = (tag, attributes) => () => Object.assign(document.createElement(tag), attributes);
  const open = (name, url, protocols) => new Promise((resolve) => {
    const socket = new WebSocket(url, protocols);
    socket.onopen = () => { worked.push(name); socket.close(); resolve(); };
    socket.onerror = socket.onclose = () => resolve();
  });
  const send = (name, url, init) => fetch(url, init).then(() => worked.push(name), () => {});
  const ws = origin.replace('http', 'ws');
  const body = JSON.stringify({ token, file: 'app.js' });
  for (const path of ['/app.js', '/__live-online/client.js', '/__live-online/status.js', '/__live-online/status.json', '/missing.js'])
    await load('script ' + path, make('script', { src: origin + path }));
  await load('module', make('script', { type: 'module', src: origin + '/app.js' }));
  await load('style', make('link', { rel: 'stylesheet', href: origin + '/a.css' }));
  await load('image', make('img', { src: origin + '/a.png' }));
  for (const mode of ['cors', 'no-cors'])
    for (const path of ['/', '/app.js', '/missing.js', '/__live-online/alive', '/__live-online/status.json']) await send(mode + ' ' + path, origin + path, { mode });
  await send('editor', origin + '/__live-online/editor', { method: 'POST', mode: 'no-cors', body });
  await send('editor as JSON', origin + '/__live-online/editor', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  navigator.sendBeacon(origin + '/__live-online/editor', body);
  await open('updates', ws + '/__live-online/socket.io/?EIO=4&transport=websocket');
  await open('sync', ws + '/__live-online/sync');
  await open('livereload', 'ws://' + live + '/livereload');
  await new Promise((resolve) => {
    const source = new EventSource(origin + '/');
    source.onopen = () => { worked.push('events'); resolve(); };
    source.onerror = () => { source.close(); resolve(); };
  });
  if ('leaked' in window || getComputedStyle(document.documentElement).getPropertyValue('--leaked')) worked.push('leaked');
  return worked;
}`;

inChromiumFirst('pages of other origins in $name', ({ getContext }) => {
  it('[R8] [SEC60] [SEC61] [SEC63] [SEC86] a page of another site loads, reads and opens nothing of the tool', async () => {
    const tool = await start();
    const site = await startSite();
    const page = await takePage(await getContext());
    await page.goto(site.origin);
    const { origin, live, token } = tool;
    const args = JSON.stringify({ origin, live, token });
    // Pages of this machine may use LiveReload.
    expect(await page.evaluate(`(${ATTACK})(${args})`)).toEqual(['livereload']);
    // A sandboxed frame and a data: URL have the origin "null".
    const frame = (attributes: string): Promise<string[]> =>
      page.evaluate(
        `new Promise((resolve) => {
          addEventListener('message', ({ data }) => resolve(data), { once: true });
          const html = '<script>(' + ${JSON.stringify(ATTACK)} + ')(' + ${JSON.stringify(args)} + ').then((worked) => parent.postMessage(worked, "*"), (error) => parent.postMessage([String(error)], "*"))</' + 'script>';
          const frame = document.createElement('iframe');
          ${attributes};
          document.documentElement.append(frame);
        })`,
      );
    expect(await frame(`frame.sandbox = 'allow-scripts'; frame.srcdoc = html`)).toEqual([]);
    expect(await frame(`frame.src = 'data:text/html,' + encodeURIComponent(html)`)).toEqual([]);

    // The editor opens for a page of the tool only: its request comes last.
    const body = JSON.stringify({ token, file: 'app.js' });
    const headers = { origin };
    expect(
      (await fetch(new URL('/__live-online/editor', tool.url), { method: 'POST', headers, body })).status,
    ).toBe(200);
    await expect.poll(tool.opened, { timeout: 20_000 }).toEqual([join(tool.folder, 'app.js:1:1')]);
  });

  it('[R8] [SEC61] [SEC63] a file that is opened from the disk loads, reads and opens nothing of the tool', async () => {
    const { origin, live, token } = await start();
    const { folder } = makeFolder();
    const file = join(folder, 'evil.html');
    writeFileSync(file, '<!doctype html><title>evil</title>');
    const page = await takePage(await getContext());
    await page.goto(pathToFileURL(file).href);
    expect(await page.evaluate(`(${ATTACK})(${JSON.stringify({ origin, live, token })})`)).toEqual([]);
  });

  it('[R8] [SEC62] a page whose name resolves to this machine reads and opens nothing of the tool', async () => {
    const { port, token, live } = await start();
    const site = await startSite();
    const browser = (await getContext()).browser()!;
    const context = await browser.newContext({ proxy: { server: `http://127.0.0.1:${site.port}` } });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const origin = `http://evil.example:${port}`;
    const response = await page.goto(`${origin}/`);
    expect(response!.status()).toBe(403);
    expect(await page.content()).not.toContain(SECRET);
    // For the browser, these are requests of the same origin.
    const worked = await page.evaluate<string[]>(
      `(${ATTACK})(${JSON.stringify({ origin, live: live.replace(/^[^:]*/, 'evil.example'), token })})`,
    );
    // It can read that it is rejected, and no more.
    expect(worked.filter((name) => !/^(no-)?cors |^editor/.test(name))).toEqual([]);
    const read = `fetch('/app.js').then(async (answer) => answer.status + ' ' + await answer.text())`;
    expect(await page.evaluate(read)).toMatch(/^403 host evil\.example is not allowed/);
  });

  it('[R8] [SEC63] with --no-serve, no socket opens for a page of another site', async () => {
    const { folder } = makeFolder({ 'a.css': 'a{}' });
    const reload = createReloadServer({
      serve: false,
      watch: [folder],
      port: 0,
      cacheFolder: makeFolder().folder,
    });
    onTestFinished(() => reload.close());
    const { url } = await reload.listen();
    const site = await startSite();
    const browser = (await getContext()).browser()!;
    const context = await browser.newContext({ proxy: { server: `http://127.0.0.1:${site.port}` } });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto('http://evil.example/');
    const opened = await page.evaluate<string>(
      `new Promise((resolve) => {
        const socket = new WebSocket('${url.replace('http', 'ws')}__live-online/socket.io/?EIO=4&transport=websocket');
        socket.onopen = () => resolve('open');
        socket.onerror = () => resolve('rejected');
      })`,
    );
    expect(opened).toBe('rejected');
  });

  it('[R1] [SEC72] [SEC84] no script of a name, a path or an error runs in a page of the tool', async () => {
    const evil = `<script>window.ran=1</script><img src=x onerror="window.ran=1"><svg onload=window.ran=1>`;
    const { folder } = makeFolder({ 'index.html': '<!doctype html><title>t</title>' });
    writeFileSync(join(folder, '<img src=x onerror=window.ran=1>.txt'), 'x');
    writeFileSync(join(folder, 'javascript:window.ran=1'), 'x');
    const backend = createServer((incoming, response) => {
      const type = new URL(incoming.url!, 'http://x').searchParams.get('type');
      response.writeHead(500, evil, {
        ...(type && { 'Content-Type': type }),
      });
      response.end(`</pre>${evil}`);
    }).listen(0, '127.0.0.1');
    await once(backend, 'listening');
    onTestFinished(() => {
      backend.closeAllConnections();
      backend.close();
    });
    const reload = createReloadServer({
      folder,
      directoryListing: true,
      routes: { '/api': `http://127.0.0.1:${(backend.address() as AddressInfo).port}` },
      port: 0,
      cacheFolder: makeFolder().folder,
    });
    onTestFinished(() => reload.close());
    const { url } = await reload.listen();
    const context = await getContext();
    const paths = [
      `/${encodeURIComponent(evil.replaceAll('/', ''))}`,
      `/api/${encodeURIComponent(evil)}`,
      '/api/?type=text/plain',
      '/api/?type=application/json',
      `/api/?type=text/plain;charset=utf-7&x=${encodeURIComponent(evil)}`,
    ];
    for (const path of paths) {
      const { page } = await openTab(context, new URL(path, url).href);
      expect([path, await page.evaluate(`'ran' in window`)]).toEqual([path, false]);
      expect(await page.locator('main img, main svg[onload]').count()).toBe(0);
    }
  });
});
