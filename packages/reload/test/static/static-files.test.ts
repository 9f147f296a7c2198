import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, vi } from 'vitest';
import { makeFolder, startReload } from '../helpers/reload-server.ts';

const asDocument = { accept: 'text/html', 'sec-fetch-dest': 'document' };

/** Sends a raw request line, and returns the whole response. */
async function sendRaw(port: number, target: string, more = ''): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(
    `GET ${target} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n${more}\r\n`,
    'latin1',
  );
  return text(socket);
}

describe('static files', () => {
  it('[R1] index files, URLs without .html, and folders with a trailing slash', async () => {
    const { url } = await startReload({
      'index.html': 'home',
      'about.html': 'about',
      'docs/index.html': 'docs',
      'blog.html': 'blog',
      'blog/first.html': 'first',
      'a b/é.txt': 'x',
    });
    const get = async (path: string): Promise<string> => (await fetch(new URL(path, url))).text();
    expect(await get('/')).toBe('home');
    expect(await get('/about')).toBe('about');
    expect(await get('/blog')).toBe('blog');
    expect(await get('/blog/first')).toBe('first');
    expect(await get('/about.html?x=1')).toBe('about');
    expect(await get('/a%20b/%C3%A9.txt')).toBe('x');
    const redirected = await fetch(new URL('/docs?q=1', url), { redirect: 'manual' });
    expect([redirected.status, redirected.headers.get('location')]).toEqual([301, '/docs/?q=1']);
    expect(await get('/docs/')).toBe('docs');
  });

  it.each([
    ['a.html', 'text/html; charset=utf-8'],
    ['b.css', 'text/css; charset=utf-8'],
    ['c.mjs', 'text/javascript; charset=utf-8'],
    ['d.json', 'application/json; charset=utf-8'],
    ['e.svg', 'image/svg+xml; charset=utf-8'],
    ['f.wasm', 'application/wasm'],
    ['g.webmanifest', 'application/manifest+json'],
    ['h.woff2', 'font/woff2'],
    ['i.avif', 'image/avif'],
    ['j', 'application/octet-stream'],
  ])('[R1] %s is %s', async (name, type) => {
    const { url } = await startReload({ [name]: 'x' });
    const response = await fetch(new URL(name, url));
    expect(response.headers.get('content-type')).toMatch(type.split(';')[0]!);
    if (type.includes('utf-8')) expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('[R7] HTML that declares its encoding gets no charset in its Content-Type', async () => {
    const { url, write } = await startReload({});
    write('a.html', Buffer.from('<meta charset="iso-8859-1"><p>\xe9', 'latin1'));
    const response = await fetch(new URL('/a.html', url), { headers: asDocument });
    expect(response.headers.get('content-type')).toBe('text/html');
    expect(Buffer.from(await response.arrayBuffer()).toString('latin1')).toContain('<p>\xe9');
  });

  it('[R1] ranges, validators, HEAD', async () => {
    const { url, port } = await startReload({ 'a.txt': '0123456789', 'empty.txt': '' });
    const get = (headers: Record<string, string>, method = 'GET'): Promise<Response> =>
      fetch(new URL('/a.txt', url), { headers, method });
    const whole = await get({});
    const etag = whole.headers.get('etag')!;
    expect([whole.status, await whole.text(), whole.headers.get('accept-ranges')]).toEqual([
      200,
      '0123456789',
      'bytes',
    ]);
    const part = await get({ range: 'bytes=2-4' });
    expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([
      206,
      '234',
      'bytes 2-4/10',
    ]);
    expect(await (await get({ range: 'bytes=-3' })).text()).toBe('789');
    expect((await get({ range: 'bytes=50-' })).status).toBe(416);
    expect((await get({ range: 'bytes=0-1,3-4' })).status).toBe(200);
    expect((await get({ range: 'bytes=2-4', 'if-range': '"other"' })).status).toBe(200);
    expect((await get({ range: 'bytes=2-4', 'if-range': etag })).status).toBe(206);
    // Node's fetch would add Cache-Control: no-cache.
    const again = await sendRaw(port, '/a.txt', `If-None-Match: ${etag}\r\n`);
    expect(again).toMatch(/^HTTP\/1\.1 304 /);
    const head = await get({}, 'HEAD');
    expect([head.status, await head.text(), head.headers.get('content-length')]).toEqual([200, '', '10']);
    expect((await get({}, 'POST')).status).toBe(405);
    const empty = await fetch(new URL('/empty.txt', url));
    expect([empty.status, await empty.text(), empty.headers.get('content-length')]).toEqual([200, '', '0']);
  });

  it('[R1] with spa, paths without a file get index.html, but only paths of pages', async () => {
    const { url } = await startReload({ 'index.html': 'app' }, { spa: true });
    const get = (path: string, headers: Record<string, string> = asDocument): Promise<Response> =>
      fetch(new URL(path, url), { headers });
    expect(await (await get('/users/5')).text()).toContain('app');
    expect((await get('/users/5')).status).toBe(200);
    expect((await get('/missing.js', {})).status).toBe(404);
    expect((await get('/api/users', { accept: 'application/json' })).status).toBe(404);
  });

  it("[R1] a 404 is the tool's page or the site's 404.html, and contains the client", async () => {
    const { url, write } = await startReload({});
    const first = await fetch(new URL('/soon', url), { headers: asDocument });
    const html = await first.text();
    expect(first.status).toBe(404);
    expect(html).toContain('>/soon</code>');
    expect(html).toContain('/__live-online/client.js');
    write('404.html', '<h1>Own</h1>');
    const second = await fetch(new URL('/soon', url), { headers: asDocument });
    expect([second.status, (await second.text()).includes('<h1>Own</h1>')]).toEqual([404, true]);
  });

  it('[R1] a 404 names the file that would be served, or says that there can be none', async () => {
    const { url, folder } = await startReload({});
    mkdirSync(join(folder, 'docs'));
    const get = async (path: string): Promise<string> => (await fetch(new URL(path, url))).text();
    expect(await get('/')).toContain('>/index.html</code>');
    expect(await get('/docs')).toContain('>/docs/index.html</code>');
    for (const path of ['/.env', '/a//b']) expect(await get(path)).toContain('This URL cannot be served');
  });

  it('[R1] [SEC72] with directoryListing, a folder lists its files, whatever their names contain', async () => {
    const names = [
      '<img src=x onerror=alert(1)>.txt',
      '"quoted" & co.txt',
      '100%25.txt',
      'javascript:alert(1)',
      'q?#.txt',
    ];
    const { url } = await startReload(Object.fromEntries(names.map((name) => [`d/${name}`, 'inside'])), {
      directoryListing: true,
    });
    const html = await (await fetch(new URL('/d/', url), { headers: asDocument })).text();
    expect(html).not.toContain('<img src=x');
    const links = [...html.matchAll(/<li[^>]*><a href="([^"]+)"/g)].map(([, href]) =>
      href!.replaceAll('&amp;', '&'),
    );
    expect(links).toHaveLength(names.length + 1);
    for (const link of links.slice(1)) {
      expect(await (await fetch(new URL(link, new URL('/d/', url)))).text()).toBe('inside');
    }
  });

  it('[R8] a file without read permission gets 403, and a pipe 404', async () => {
    const { url, folder } = await startReload({ 'a.txt': 'x' });
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect((await fetch(new URL('/pipe', url))).status).toBe(404);
    chmodSync(join(folder, 'a.txt'), 0);
    // The root user can read all files.
    expect([200, 403]).toContain((await fetch(new URL('/a.txt', url))).status);
  });

  it('[R8] [SEC73] symlinks are followed inside the root only', async () => {
    const outside = makeFolder({ 'secret.txt': 'secret' });
    const { url, folder } = await startReload({ 'a.txt': 'inside' });
    symlinkSync(join(folder, 'a.txt'), join(folder, 'in.txt'));
    symlinkSync(join(outside.folder, 'secret.txt'), join(folder, 'out.txt'));
    symlinkSync(outside.folder, join(folder, 'out'));
    symlinkSync(folder, join(folder, 'loop'));
    const get = async (path: string): Promise<string> => (await fetch(new URL(path, url))).text();
    expect(await get('/in.txt')).toBe('inside');
    expect(await get('/loop/loop/a.txt')).toBe('inside');
    for (const path of ['/out.txt', '/out/secret.txt', '/loop/out/secret.txt'])
      expect(await get(path)).not.toContain('secret.txt\n');
    for (const path of ['/out.txt', '/out/secret.txt'])
      expect((await fetch(new URL(path, url))).status).toBe(404);
  });
});

describe('malicious and malformed URLs', () => {
  it.each([
    '/%ZZ',
    '/%',
    '/%E0%A4%A',
    '/..%2f..%2fetc/passwd',
    '/a%5c..%5cb',
    '/%00',
    '/../etc/passwd',
    '/./a',
    '/%2e%2e/x',
    'no-slash',
    '*',
    '\\x',
    '/a%0d%0aSet-Cookie:x',
    'http://evil.example/../x',
  ])('[R8] [SEC70] %s gets 400 at once', async (target) => {
    const { port } = await startReload({ 'index.html': 'home' });
    expect(await sendRaw(port, target)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it.each([
    '/.env',
    '/.git/config',
    '//evil.example/..',
    '//evil.example',
    '/a//b',
    '/%252e%252e/x',
    '/.well-known/none',
  ])('[R8] [SEC71] %s gets 404 or 400, and no redirect', async (target) => {
    const { port } = await startReload({ 'index.html': 'home', '.env': 'secret', '.git/config': 'secret' });
    const received = await sendRaw(port, target);
    expect(received).toMatch(/^HTTP\/1\.1 40[04] /);
    expect(received).not.toMatch(/secret|location:/i);
  });

  it('[R8] an absolute-form target is read for its path, and .well-known is served', async () => {
    const { port } = await startReload({ 'index.html': 'home', '.well-known/x': 'known' });
    expect(await sendRaw(port, `http://localhost:${port}/`)).toMatch(/^HTTP\/1\.1 200 [\s\S]*home$/);
    expect(await sendRaw(port, '/.well-known/x')).toMatch(/known$/);
  });
});

describe('files that are being written', () => {
  it('[R5] a request waits for a file that is deleted and created again', async () => {
    const { url, folder, updates } = await startReload({ 'a.txt': 'one' });
    expect(await (await fetch(new URL('/a.txt', url))).text()).toBe('one');
    unlinkSync(join(folder, 'a.txt'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const pending = fetch(new URL('/a.txt', url));
    await new Promise((resolve) => setTimeout(resolve, 20));
    writeFileSync(join(folder, 'a.txt'), 'two');
    const response = await pending;
    expect([response.status, await response.text()]).toEqual([200, 'two']);
    expect(updates.map(({ files }) => files)).toEqual([['a.txt']]);
  });

  it('[R5] if the client disconnects while its request waits, no file stays open', async () => {
    const { port, folder } = await startReload({ 'a.bin': 'x' });
    const openFiles = (): string[] =>
      readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).startsWith(join(folder, 'a.bin'));
        } catch {
          return false;
        }
      });
    let wentEarly = 0;
    for (let index = 0; index < 5; index++) {
      writeFileSync(join(folder, 'a.bin'), Buffer.alloc(300_000 + index));
      const socket = connect(port, '127.0.0.1');
      let responded = false;
      socket.on('data', () => (responded = true));
      socket.write(`GET /a.bin HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      // Long enough for the request to arrive, and much shorter than the quiet period of the file.
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (!responded) wentEarly++;
      socket.destroy();
      // By now the server would have responded.
      expect(await sendRaw(port, '/a.bin')).toMatch(/^HTTP\/1\.1 200 /);
    }
    expect(wentEarly).toBeGreaterThan(0);
    await vi.waitFor(() => expect(openFiles()).toEqual([]));
  });

  it('[R5] a file that is written in pieces is served complete', async () => {
    const { url, folder } = await startReload({ 'a.txt': 'x'.repeat(100_000) });
    expect((await (await fetch(new URL('/a.txt', url))).text()).length).toBe(100_000);
    const { open } = await import('node:fs/promises');
    const file = await open(join(folder, 'a.txt'), 'w');
    let early: Promise<Response> | undefined;
    for (let index = 0; index < 10; index++) {
      await file.write('y'.repeat(10_001));
      if (index === 4) early = fetch(new URL('/a.txt', url));
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    await file.close();
    for (const response of [await early!, await fetch(new URL('/a.txt', url))]) {
      expect(await response.text()).toBe('y'.repeat(100_010));
    }
    rmSync(join(folder, 'a.txt'));
  });
});
