import fc from 'fast-check';
import { parse, type DefaultTreeAdapterMap } from 'parse5';
import { describe, expect, it } from 'vitest';
import { FUZZ_TIMEOUT_MS, fuzzParameters } from '../../../../tests/helpers/fuzz.ts';
import { createInjector } from '../../src/injection/script-injector.ts';

const TAG = '<script async src="/__live-online/client.js" data-page="abc"></script>';

/** Injects into bytes in chunks of the given lengths. The last length is repeated. */
function inject(bytes: Uint8Array, lengths: readonly number[] = [], charset?: string) {
  const skipped: string[] = [];
  const injector = createInjector({ charset, tag: TAG, onSkip: (reason) => skipped.push(reason) });
  const out: Uint8Array[] = [];
  for (let start = 0, index = 0; start < bytes.length; index++) {
    const length = lengths.length === 0 ? bytes.length : Math.max(1, lengths[index % lengths.length]!);
    out.push(...injector.write(bytes.subarray(start, start + length)));
    start += length;
  }
  out.push(...injector.end());
  return { bytes: Buffer.concat(out), skipped };
}

const text = (html: string, charset?: string): string =>
  inject(Buffer.from(html), [], charset).bytes.toString();

/** Whether a browser would run the tag: whether it is an element in head or body. */
function runs(html: string): boolean {
  const found: string[] = [];
  const walk = (node: DefaultTreeAdapterMap['node'], path: string): void => {
    if (node.nodeName === 'script' && 'attrs' in node && node.attrs.some(({ value }) => value === 'abc'))
      found.push(path);
    if ('childNodes' in node) for (const child of node.childNodes) walk(child, `${path}/${child.nodeName}`);
  };
  walk(parse(html), '');
  return found.length === 1 && !/template|noscript|svg|math|select|textarea/.test(found[0]!);
}

const piece = fc.oneof(
  fc.constantFrom(
    '<!doctype html>',
    '<html>',
    '<html lang="a>b">',
    '<head>',
    '</head>',
    '<body>',
    '<body class=x>',
    '</body>',
    '</html>',
    '<meta charset="utf-8">',
    '<meta charset=windows-1252>',
    '<meta http-equiv=content-type content="text/html; charset=latin1">',
    '<title>',
    '</title>',
    '<!-- <head> </head> <body> -->',
    '<!--',
    '-->',
    '<script>',
    '</script>',
    '"</script>"',
    '<style>',
    '</style>',
    '<textarea>',
    '</textarea>',
    '<template>',
    '</template>',
    '<noscript>',
    '</noscript>',
    '<p>',
    'x',
    ' ',
    '\n',
    '<',
    '</',
    '<a b="<body>">',
    '<svg><title>',
    '<frameset>',
    '<link rel=stylesheet href=a>',
    '<iframe>',
    '<![CDATA[ x ]]>',
    '<?php ?>',
    'é',
    '€',
    '<head',
    '<base href=/>',
    '</p>',
    '<select>',
    '<plaintext>',
  ),
  fc.string({ maxLength: 8 }),
);
const soup = fc.array(piece, { maxLength: 14 }).map((parts) => parts.join(''));
const splits = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });
const encodings = fc.constantFrom<BufferEncoding | 'utf16be' | 'bom8' | 'bom16'>(
  'utf8',
  'latin1',
  'utf16le',
  'utf16be',
  'bom8',
  'bom16',
);

function encode(html: string, encoding: string): { bytes: Buffer; charset?: string } {
  if (encoding === 'utf16be') return { bytes: Buffer.from(html, 'utf16le').swap16(), charset: 'utf-16be' };
  if (encoding === 'utf16le') return { bytes: Buffer.from(html, 'utf16le'), charset: 'utf-16le' };
  if (encoding === 'bom8') return { bytes: Buffer.from(`\ufeff${html}`) };
  if (encoding === 'bom16') return { bytes: Buffer.from(`\ufeff${html}`, 'utf16le') };
  return { bytes: Buffer.from(html, encoding as BufferEncoding) };
}

describe('injection', () => {
  it(
    '[R7] [SEC74] all other bytes stay unchanged, for every split and encoding',
    () => {
      fc.assert(
        fc.property(soup, splits, encodings, (html, lengths, encoding) => {
          const { bytes, charset } = encode(html, encoding);
          const whole = inject(bytes, [], charset);
          const inPieces = inject(bytes, lengths, charset);
          expect(inPieces.bytes.equals(whole.bytes)).toBe(true);
          if (whole.skipped.length > 0) return expect(whole.bytes.equals(bytes)).toBe(true);
          const wide = encoding.includes('16');
          const tag =
            encoding === 'utf16be'
              ? Buffer.from(TAG, 'utf16le').swap16()
              : Buffer.from(TAG, wide ? 'utf16le' : 'latin1');
          const at = whole.bytes.indexOf(tag);
          expect(at).toBeGreaterThanOrEqual(0);
          const without = Buffer.concat([whole.bytes.subarray(0, at), whole.bytes.subarray(at + tag.length)]);
          expect(without.equals(bytes)).toBe(true);
        }),
        fuzzParameters(1_500),
      );
    },
    FUZZ_TIMEOUT_MS,
  );

  it.each([
    '<!doctype html><html><head><title>t</title></head><body>x</body></html>',
    '<!doctype html><title>t</title><p>no head, no body',
    'only text',
    '',
    '<!doctype html>',
    '<p>x',
    '<!-- <head></head><body> --><p>x',
    '<title></head><body></title><p>x',
    '<script>"<body>"</script><p>x',
    '<style>body::after{content:"<body>"}</style><body>x',
    '<head><noscript><link rel=stylesheet href=a></noscript></head><body>x',
    '<head><template><p>x</p></template></head><body>x',
    '<textarea><body></textarea>x',
    '<html a="<body>"><head b="</head>"><body>x',
    '<HEAD><META CHARSET=UTF-8><BODY>x',
    '<html><head><meta charset="utf-8"><script src=a></script></head>',
    '<frameset><frame src=a></frameset>',
    '<svg><title>x</title></svg>',
    '\ufeff<!doctype html><head><title>x</title>',
    '<select><option>x</select>',
  ])('[R7] %s: the tag is at a position where it runs', (html) => {
    expect(runs(text(html))).toBe(true);
    expect(runs(text(html, 'utf-8'))).toBe(true);
  });

  it('[R7] <meta charset> stays in the first 1,024 bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 990 }), (length) => {
        const html = `<!doctype html><html><head><!--${'x'.repeat(length)}--><meta charset="utf-8"><title>t</title></head><body>`;
        const before = html.indexOf('<meta');
        if (before + 22 > 1_024) return;
        expect(text(html).indexOf('<meta')).toBe(before);
      }),
    );
    const late = '<head><script>1</script><link rel=x><meta charset="latin1"></head><body>';
    expect(text(late)).toContain(late.slice(0, late.indexOf('</head>')));
  });

  it.each(['utf8', 'utf16le', 'utf16be'])(
    '[R7] a byte order mark (%s) stays first, and the doctype follows it',
    (encoding) => {
      const html = '\ufeff<!doctype html><title>t</title><p>x';
      const bytes = Buffer.from(html, encoding === 'utf8' ? 'utf8' : 'utf16le');
      if (encoding === 'utf16be') bytes.swap16();
      for (const lengths of [[], [1], [3]]) {
        const out = inject(bytes, lengths).bytes;
        if (encoding === 'utf16be') out.swap16();
        const decoded = out.toString(encoding === 'utf8' ? 'utf8' : 'utf16le');
        expect(decoded).toBe(html.replace('<p>', `${TAG}<p>`));
      }
    },
  );

  it('[R7] NUL is no text, so the doctype behind it counts', () => {
    expect(text('\0<!doctype html>\0<p>x')).toBe(`\0<!doctype html>\0${TAG}<p>x`);
  });

  it('[R7] [SEC74] a long comment or text takes as long in small pieces as in large ones', () => {
    const html = `<!doctype html><!--${'x'.repeat(1_000_000)}--><title>${'y'.repeat(1_000_000)}</title><p>x`;
    const bytes = Buffer.from(html);
    const msFor = (length: number): number => {
      const start = performance.now();
      expect(inject(bytes, [length]).bytes.toString()).toBe(html.replace('<p>', `${TAG}<p>`));
      return performance.now() - start;
    };
    expect(msFor(1_000)).toBeLessThan(5 * msFor(65_536) + 500);
  });

  it.each<[string, string]>([
    ['comment', '<!--'],
    ['title', '<title>'],
    ['tag', '<p class="'],
    ['script', '<script>'],
    ['doctype', '<!doctype '],
    ['end tag', '</p '],
    ['blank text', ' '],
  ])('[R7] an endless %s is held back for 1 MB, and then sent unchanged', (_what, beginning) => {
    for (const [encoding, length] of [
      ['latin1', 5_000],
      ['utf16le', 2_000_000],
    ] as const) {
      const skipped: string[] = [];
      const charset = encoding === 'latin1' ? undefined : 'utf-16le';
      const injector = createInjector({ charset, tag: TAG, onSkip: (reason) => skipped.push(reason) });
      let [given, taken, most] = [0, 0, 0];
      const take = (chunks: Uint8Array[]): void => {
        for (const chunk of chunks) taken += chunk.length;
      };
      for (let text = beginning; given < 3_000_000; text = ' '.repeat(length)) {
        const chunk = Buffer.from(text, encoding);
        given += chunk.length;
        take(injector.write(chunk));
        most = Math.max(most, given - taken);
      }
      expect(most).toBeLessThanOrEqual((1 << 20) + (1 << 16));
      take(injector.end());
      expect(taken).toBe(given);
      expect(skipped).toEqual([expect.stringMatching(/more than 1 MB/)]);
    }
  });

  it.each(['iso-2022-jp', 'ISO-2022-KR', 'hz-gb-2312', 'utf-7', 'utf-32'])(
    '[R7] %s stays unchanged, with a warning',
    (charset) => {
      const bytes = Buffer.from('<html><head></head><body>x</body></html>');
      const { bytes: out, skipped } = inject(bytes, [3], charset);
      expect(out.equals(bytes)).toBe(true);
      expect(skipped).toHaveLength(1);
      const declared = Buffer.from(`<html><head><meta charset="${charset}"></head><body>x</body></html>`);
      const second = inject(declared, [5]);
      expect(second.bytes.equals(declared)).toBe(true);
      expect(second.skipped).toHaveLength(1);
    },
  );

  it('[R7] nothing waits for the end of the document', () => {
    const injector = createInjector({ charset: 'utf-8', tag: TAG, onSkip: () => {} });
    const sent = (chunk: string): string => Buffer.concat(injector.write(Buffer.from(chunk))).toString();
    expect(sent('<!doctype html><html><head>')).toContain(TAG);
    expect(sent('<title>streams</title></head><body><p>first')).toContain('first');
    expect(sent('second')).toBe('second');
  });

  it('[R7] without a charset in the header, a page is not held back past its head', () => {
    const injector = createInjector({ charset: undefined, tag: TAG, onSkip: () => {} });
    const sent = (chunk: string): string => Buffer.concat(injector.write(Buffer.from(chunk))).toString();
    expect(sent('<!doctype html><title>t</title><h1>first')).toContain(`${TAG}<h1>`);
    expect(sent(' and')).toBe(' and');
  });
});
