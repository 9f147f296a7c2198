import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FUZZ_TIMEOUT_MS, fuzzParameters } from '../../../../tests/helpers/fuzz.ts';
import { createAddressMap, type AddressPlace } from '../../src/serving/proxy/address-map.ts';
import { CssRewriter, type TextRewriter } from '../../src/serving/proxy/rewrite-css.ts';
import { HtmlRewriter } from '../../src/serving/proxy/rewrite-html.ts';
import { rewriteResponse } from '../../src/serving/proxy/rewrite-body.ts';

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

  it('[R7] a page as WordPress writes it: its addresses are mapped, JSON in attributes and scripts stays', () => {
    const site = 'http://localhost:8000';
    const escaped = 'http:\\/\\/localhost:8000';
    const pageAt = (to: string): string => `<link rel='canonical' href='${to}/'>
<link rel="https://api.w.org/" href="${to}/wp-json/"><link rel="preload" imagesrcset="${to}/1.jpg 1x, ${to}/2.jpg 2x">
<script>var settings = {"ajax":"${escaped}\\/wp-admin\\/admin-ajax.php","home":"${site}/"};</script>
<script type="application/ld+json">{"@id":"${site}/#website"}</script><meta property="og:url" content="${site}/">
<img src="${to}/1.jpg" srcset="${to}/1-300x200.jpg 300w, ${to}/1-768x512.jpg 768w" data-srcset="${to}/1.jpg 2x">
<div style="background: url(&quot;${to}/q.png&quot;)" data-settings='{"url":"${escaped}\\/j","plain":"${site}/k"}'></div>
<div data-product="[{&quot;src&quot;:&quot;${escaped}\\/a.jpg&quot;,&quot;plain&quot;:&quot;${site}/z&quot;}]"></div>
<form action="${to}/wp-comments-post.php"><input name="redirect_to" value="${site}/after"></form>
<noscript><img src="${to}/lazy.jpg"></noscript><p>${site}/text</p>`;
    expect(inHtml(pageAt(site))).toBe(pageAt('http://localhost:8080'));
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

  it(
    '[R7] HTML without an address of the backend stays unchanged, whatever it is',
    { timeout: FUZZ_TIMEOUT_MS },
    () => {
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
        fuzzParameters(300),
      );
    },
  );

  it('[R7] chunks make no difference', { timeout: FUZZ_TIMEOUT_MS }, () => {
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
      fuzzParameters(300),
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

  it('[R8] [SEC74] hostile pages take time in proportion to their length', () => {
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
