import { Readable } from 'node:stream';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createAddressMap, type AddressPlace } from '../../src/serving/proxy/address-map.ts';
import { CssRewriter, type TextRewriter } from '../../src/serving/proxy/rewrite-css.ts';
import { HtmlRewriter } from '../../src/serving/proxy/rewrite-html.ts';
import { rewriteResponse } from '../../src/serving/proxy/rewrite-body.ts';
import { asDocument, readAll, sendRequest, startBackend } from '../helpers/backend.ts';

const TAG = /<script async src="\/__live-online\/client\.js"[^>]*><\/script>/;
const tool = { host: 'localhost:8080', scheme: 'http' } as const;
const local = createAddressMap({ ...tool, target: new URL('http://localhost:8000') });
const shop = createAddressMap({ ...tool, target: new URL('https://shop.example.org') });

/** Rewrites a text in pieces of at most `size` characters. */
function rewrite(rewriter: TextRewriter, text: string, size = text.length): string {
  let out = '';
  for (let at = 0; at < text.length; at += size) out += rewriter.write(text.slice(at, at + size));
  return out + rewriter.end();
}

const inHtml = (text: string, size?: number): string => rewrite(new HtmlRewriter(local), text, size);

describe('addresses', () => {
  it.each<[string, string]>([
    ['http://localhost:8000', 'http://localhost:8080'],
    ['http://localhost:8000/a?b#c', 'http://localhost:8080/a?b#c'],
    ['  HTTP://LocalHost:8000?x', '  http://localhost:8080?x'],
    ['https://localhost:8000/', 'http://localhost:8080/'],
    ['//localhost:8000/a', '//localhost:8080/a'],
    ['http://127.0.0.1:8000/', 'http://localhost:8080/'],
    ['http://[::1]:8000/', 'http://localhost:8080/'],
    ['http://localhost:8000\\a', 'http://localhost:8080\\a'],
    ['http:&#x2F;&#47;localhost&colon;8000&#47;a&amp;b', 'http://localhost:8080&#47;a&amp;b'],
  ])('[R7] %s is mapped to %s', (from, to) => {
    expect(local.mapAttribute(from, 'whole')).toBe(to);
  });

  it.each([
    'http://localhost:8000.example.org/',
    'http://localhost:80001/',
    'http://localhost:8000@example.org/',
    'http://localhost:8000%2eexample.org/',
    'http://localhost:8000-a/',
    'http://localhost:8000\u00e9.example.org/',
    'http://localhost/',
    'http://xlocalhost:8000/',
    'http://example.org/?to=http://localhost:8000/',
    'ftp://localhost:8000/',
    'http:/localhost:8000/',
    '/path//localhost:8000/',
  ])('[R7] %s is another address, and stays', (address) => {
    for (const place of ['whole', 'list'] as AddressPlace[]) expect(local.map(address, place)).toBe(address);
  });

  it('[R7] a backend on the default port is known with and without it', () => {
    for (const address of [
      'https://shop.example.org',
      'http://shop.example.org:80',
      'https://shop.example.org:443',
    ])
      expect(shop.map(`${address}/a`, 'whole')).toBe('http://localhost:8080/a');
    for (const address of [
      'https://shop.example.org:8443/',
      'https://www.shop.example.org/',
      'https://shopXexample.org/',
    ])
      expect(shop.map(address, 'whole')).toBe(address);
  });

  it('[R7] lists and refreshs contain addresses after other text', () => {
    const images =
      'http://localhost:8000/a.png 1x,http://localhost:8000/b.png 2x, https://example.org/c.png 3x';
    expect(local.map(images, 'list')).toBe(
      'http://localhost:8080/a.png 1x,http://localhost:8080/b.png 2x, https://example.org/c.png 3x',
    );
    for (const start of ['0; url=', "5;URL='", '0;', '1.5 , url = "'])
      expect(local.map(`${start}http://localhost:8000/a`, 'refresh')).toBe(`${start}http://localhost:8080/a`);
  });
});

describe('HTML', () => {
  const page = `<!doctype html><!-- <a href="http://localhost:8000/"> --><html><head>
<meta http-equiv="refresh" content="9; url=http://localhost:8000/next"><meta property="og:url" content="http://localhost:8000/">
<title><a href="http://localhost:8000/"></title><base href=http://localhost:8000/base/>
<style>@import "http://localhost:8000/a.css"; a { background: url(http://localhost:8000/b.png) } </style>
<script>const here = '<a href="http://localhost:8000/">'; const json = "http://localhost:8000/";</script>
<script src='http://localhost:8000/app.js'></script></head><body>
<a title="x > y" href = "http://localhost:8000/é" onclick="location='http://localhost:8000/'">http://localhost:8000/</a>
<img srcset="http://localhost:8000/1.png 1x, //localhost:8000/2.png 2x" style="background: url('http://localhost:8000/c.png')">
<form action=http://localhost:8000/send><input value="http://localhost:8000/"><button formaction="http://localhost:8000/b"></button></form>
<video poster="http&#58;//localhost:8000/p.jpg" data-src="http://localhost:8000/v.mp4"></video>
<svg><title/><a xlink:href="http://localhost:8000/svg"></a></svg><!-- x --!><a HREF="http://localhost:8000/last"></a></body></html>`;
  const mapped = `<!doctype html><!-- <a href="http://localhost:8000/"> --><html><head>
<meta http-equiv="refresh" content="9; url=http://localhost:8080/next"><meta property="og:url" content="http://localhost:8000/">
<title><a href="http://localhost:8000/"></title><base href=http://localhost:8080/base/>
<style>@import "http://localhost:8080/a.css"; a { background: url(http://localhost:8080/b.png) } </style>
<script>const here = '<a href="http://localhost:8000/">'; const json = "http://localhost:8000/";</script>
<script src='http://localhost:8080/app.js'></script></head><body>
<a title="x > y" href = "http://localhost:8080/é" onclick="location='http://localhost:8000/'">http://localhost:8000/</a>
<img srcset="http://localhost:8080/1.png 1x, //localhost:8080/2.png 2x" style="background: url('http://localhost:8080/c.png')">
<form action=http://localhost:8080/send><input value="http://localhost:8000/"><button formaction="http://localhost:8080/b"></button></form>
<video poster="http://localhost:8080/p.jpg" data-src="http://localhost:8080/v.mp4"></video>
<svg><title/><a xlink:href="http://localhost:8080/svg"></a></svg><!-- x --!><a HREF="http://localhost:8080/last"></a></body></html>`;

  it.each([1, 2, 7, 100, 10_000])('[R7] addresses in tags and styles are mapped, in chunks of %d', (size) => {
    expect(inHtml(page, size)).toBe(mapped);
  });

  it('[R7] a digest of a style sheet of the backend is removed, because its addresses are mapped', () => {
    const link = (href: string, integrity: string): string =>
      `<link rel="stylesheet" href="${href}" ${integrity}>`;
    const digest = 'integrity="sha384-a/b//c="';
    expect(inHtml(link('http://localhost:8000/a.css', digest))).toBe(link('http://localhost:8080/a.css', ''));
    expect(inHtml(link('/a.css', 'integrity=sha384-abc'))).toBe(link('/a.css', ''));
    for (const href of ['https://cdn.example.org/a.css', '//cdn.example.org/a.css'])
      expect(inHtml(link(href, digest))).toBe(link(href, digest));
    const script = `<script src="/a.js" ${digest}></script>`;
    expect(inHtml(script)).toBe(script);
  });

  it('[R7] text is sent as it arrives; only an unfinished tag waits', () => {
    const rewriter = new HtmlRewriter(local);
    expect(rewriter.write('<p>first')).toBe('<p>first');
    expect(rewriter.write(' < second <a href="http://loc')).toBe(' < second ');
    expect(rewriter.write('alhost:8000/">x</a><style>a{}')).toBe(
      '<a href="http://localhost:8080/">x</a><style>a{}',
    );
    expect(rewriter.end()).toBe('');
  });

  it('[R7] HTML without an address of the backend stays unchanged, whatever it is', () => {
    const part = fc.constantFrom(
      ...[
        '<',
        '>',
        '/',
        '!--',
        '--',
        '-->',
        '--!>',
        '<a ',
        'href=',
        '"',
        "'",
        ' ',
        '=',
        '<style>',
        '</style',
        '<svg>',
      ],
      ...[
        '<script>',
        '</script>',
        '<title/>',
        '&#47;',
        'http://',
        '//localhost:8000',
        '.org',
        '<plaintext>',
        '\u00e9',
      ],
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (parts, size) => {
        const text = parts.join('').replaceAll('//localhost:8000', '//localhost:8001');
        expect(inHtml(text, size)).toBe(text);
      }),
    );
  });

  it('[R7] chunks make no difference', () => {
    const part = fc.constantFrom(
      ...[
        '<',
        '>',
        '<!--',
        '-->',
        '<a href="',
        "<a x='",
        '"',
        "'",
        ' ',
        '<style>',
        '</style>',
        '<script>',
        '</script>',
      ],
      ...['http://localhost:8000', '//localhost:8000/', '/>', 'url(', '<img srcset=', '<title>', '</title>'],
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (parts, size) => {
        const text = parts.join('');
        expect(inHtml(text, size)).toBe(inHtml(text));
      }),
    );
  });

  it('[R8] a tag of more than 1 MB is sent on unchanged, and what follows it is mapped', () => {
    const rewriter = new HtmlRewriter(local);
    const piece = 'a href="http://localhost:8000/" '.repeat(2_000);
    let held = rewriter.write('<').length;
    let sent = 0;
    for (let index = 0; index < 40; index++) {
      const out = rewriter.write(piece);
      held += piece.length - out.length;
      sent += out.length;
    }
    expect(sent).toBeGreaterThan(piece.length * 39);
    expect(held).toBeLessThan(piece.length);
    expect(rewriter.write('><a href="http://localhost:8000/">')).toBe('><a href="http://localhost:8080/">');
  });

  it('[R8] hostile pages take time in proportion to their length', () => {
    const length = 1_000_000;
    const pages = [
      '<',
      '<!--',
      '<a ',
      '<a href="&#',
      '<style>',
      '--',
      '</style',
      'http://localhost:800',
      '//',
      '<a\t',
    ];
    for (const part of pages) {
      const text = part.repeat(length / part.length);
      expect(inHtml(text, 1_000)).toBe(text);
      expect(rewrite(new CssRewriter(local), text, 1_000)).toBe(text);
    }
  });
});

describe('responses', () => {
  const css = 'a { background: url("http://127.0.0.1:PORT/a.png") }';
  const html = '<!doctype html><title>t</title><a href="http://127.0.0.1:PORT/next">é</a>';
  const compressions = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };

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

  it('[R7] the host of a request is the one of the addresses', async () => {
    const { port, backendPort } = await startBackend((_request, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.setHeader('Link', `<http://127.0.0.1:${backendPort}/a.css>; rel=preload`);
      response.setHeader('Refresh', `5; url=http://127.0.0.1:${backendPort}/`);
      response.setHeader(
        'Content-Security-Policy',
        `img-src http://127.0.0.1:${backendPort} https://example.org`,
      );
      response.end(html.replace('PORT', String(backendPort)));
    });
    const host = `127.0.0.1:${port}`;
    const response = await sendRequest(port, '/', { headers: { host } });
    expect((await readAll(response)).toString()).toContain(`href="http://${host}/next"`);
    expect(response.headers).toMatchObject({
      link: `<http://${host}/a.css>; rel=preload`,
      refresh: `5; url=http://${host}/`,
      'content-security-policy': `img-src http://${host} https://example.org`,
    });
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

  it('[R7] UTF-16 stays UTF-16', async () => {
    const text = '\ufeff<a href="http://localhost:8000/">ä</a>';
    for (const swap of [false, true]) {
      const bytes = Buffer.from(text, 'utf16le');
      const headers = [['Content-Type', 'text/html']] as const;
      const body = Readable.from([...(swap ? bytes.swap16() : bytes)].map((byte) => Buffer.from([byte])));
      const { body: out } = rewriteResponse({ status: 200, headers, body }, local);
      const all = Buffer.concat(await (out as Readable).toArray());
      expect((swap ? all.swap16() : all).toString('utf16le')).toBe(text.replace('8000', '8080'));
    }
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
