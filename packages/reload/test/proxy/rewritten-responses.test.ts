import * as zlib from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { asDocument, readAll, sendRequest, startBackend } from '../helpers/backend.ts';

const TAG = /<script async src="\/__live-online\/client\.js"[^>]*><\/script>/;
const { brotliCompressSync, deflateSync, gzipSync } = zlib;
/** From Node 22.15 on. */
const { zstdCompressSync } = zlib as { zstdCompressSync?: typeof gzipSync };

describe('addresses of the backend in a page', () => {
  it.each([
    ['href', '<a href="URL/a?b=1&amp;c=2">'],
    ['src', '<script src="URL/a.js"></script>'],
    ['srcset', '<img srcset="URL/a.png 1x, URL/b.png 2x">'],
    ['imagesrcset', '<link rel="preload" as="image" imagesrcset="URL/a.png 1x">'],
    ['action', "<form action='URL/a'>"],
    ['formaction', '<button formaction=URL/a>'],
    ['poster', '<video poster="URL/a.png">'],
    ['data', '<object data="URL/a.svg">'],
    ['data-src', '<img data-src="URL/a.png">'],
    ['style', `<p style="background: url('URL/a.png')">`],
    ['a style element', '<style>a { background: url(URL/a.png) }</style>'],
    ['a refresh', '<meta http-equiv="refresh" content="5; url=URL/a">'],
    ['an address with another scheme', '<a href="https:HOST/a">'],
    ['an address without a scheme', '<a href="HOST/a">'],
  ])('[R7] %s leads to the tool', async (_where, tag) => {
    const { port, backendPort } = await startBackend((request, response) => {
      const own = `//${request.headers.host}`;
      const body = `<!doctype html><title>t</title>${tag}`.replaceAll('URL', `http:${own}`);
      response.setHeader('Content-Type', 'text/html').end(body.replaceAll('HOST', own));
    });
    const page = (await readAll(await sendRequest(port, '/', { headers: asDocument }))).toString();
    const expected = tag.replace('https:HOST', 'URL').replaceAll('URL', 'http:HOST');
    expect(page).toContain(expected.replaceAll('HOST', `//localhost:${port}`));
    expect(page).not.toContain(String(backendPort));
  });
});

describe('responses', () => {
  const css = 'a { background: url("http://127.0.0.1:PORT/a.png") }';
  const html = '<!doctype html><title>t</title><a href="http://127.0.0.1:PORT/next">é</a>';
  const compressions = {
    gzip: gzipSync,
    deflate: deflateSync,
    br: brotliCompressSync,
    ...(zstdCompressSync && { zstd: zstdCompressSync }),
  };

  it.each(Object.entries(compressions))('[R7] compressed by %s are mapped', async (encoding, compress) => {
    const { port, backendPort } = await startBackend((request, response) => {
      const isCss = request.url === '/a.css';
      const body = compress((isCss ? css : html).replace('PORT', String(backendPort)));
      response.writeHead(200, {
        'Content-Type': isCss ? 'text/css' : 'text/html',
        'Content-Encoding': encoding,
        'Content-Length': body.length,
        ETag: '"1"',
      });
      response.end(body);
    });
    const sheet = await sendRequest(port, '/a.css');
    expect((await readAll(sheet)).toString()).toBe(css.replace('127.0.0.1:PORT', `localhost:${port}`));
    expect(sheet.headers.etag).toBe('"1"');
    const page = (await readAll(await sendRequest(port, '/', { headers: asDocument }))).toString();
    expect(page).toMatch(TAG);
    expect(page.replace(TAG, '')).toBe(html.replace('127.0.0.1:PORT', `localhost:${port}`));
    const fragment = (await readAll(await sendRequest(port, '/part'))).toString();
    expect(fragment).toBe(html.replace('127.0.0.1:PORT', `localhost:${port}`));
  });

  it('[R7] the host of a request is the one of the addresses, also in headers', async () => {
    const { port, backendPort } = await startBackend((_request, response) => {
      response.setHeader('Content-Type', 'text/html');
      const site = `http://127.0.0.1:${backendPort}`;
      // Two lines, as WordPress sends them.
      const api = `<${site}/wp-json/>; rel="https://api.w.org/"`;
      response.setHeader('Link', [api, `<${site}/a.css>; rel=preload, <${site}/?p=2>; rel=shortlink`]);
      response.setHeader('Refresh', `5; url=http://127.0.0.1:${backendPort}/`);
      response.setHeader(
        'Content-Security-Policy',
        `img-src http://127.0.0.1:${backendPort} https://example.org`,
      );
      response.end(html.replace('PORT', String(backendPort)));
    });
    const host = `127.0.0.1:${port}`;
    const response = await sendRequest(port, '/', { headers: { host } });
    expect(response.headers).toMatchObject({
      link: `<http://${host}/wp-json/>; rel="https://api.w.org/", <http://${host}/a.css>; rel=preload, <http://${host}/?p=2>; rel=shortlink`,
      refresh: `5; url=http://${host}/`,
      'content-security-policy': `img-src http://${host} https://example.org`,
    });
    expect((await readAll(response)).toString()).toContain(`href="http://${host}/next"`);
  });

  it('[R7] scripts, JSON, parts and downloads stay, and everything with rewrite: false', async () => {
    const listener: Parameters<typeof startBackend>[0] = (request, response) => {
      const { searchParams } = new URL(request.url!, 'http://localhost');
      response.writeHead(Number(searchParams.get('status') ?? 200), {
        'Content-Type': searchParams.get('type') ?? 'text/css',
        ...(searchParams.has('download') && { 'Content-Disposition': 'attachment' }),
      });
      response.end(`"http://${request.headers.host}/"`);
    };
    const { port, target } = await startBackend(listener);
    const paths = [
      '/?type=text/javascript',
      '/?type=application/json',
      '/?type=text/plain',
      '/?status=206',
      '/?download',
    ];
    for (const path of paths)
      expect((await readAll(await sendRequest(port, path))).toString()).toBe(`"${target}/"`);
    expect((await readAll(await sendRequest(port, '/'))).toString()).toBe(`"http://localhost:${port}/"`);
    const plain = await startBackend(listener, undefined, { rewrite: false });
    expect((await readAll(await sendRequest(plain.port, '/'))).toString()).toBe(`"${plain.target}/"`);
  });

  it('[R7] a page of a slow backend arrives piece by piece', async () => {
    const { port, backendPort } = await startBackend((_request, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.write(`<p><a href="http://127.0.0.1:${backendPort}/">first`);
    });
    const response = await sendRequest(port, '/');
    let text = '';
    response.on('data', (chunk) => (text += String(chunk)));
    await vi.waitFor(() => expect(text).toBe(`<p><a href="http://localhost:${port}/">first`));
    response.destroy();
  });
});
