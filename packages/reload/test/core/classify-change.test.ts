import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  classifyFile,
  decideUpdate,
  type FileUse,
  type NamedChange,
} from '../../src/core/classify-change.ts';

function change(name: string, more: Partial<NamedChange> = {}): NamedChange {
  return { name, kind: 'changed', served: true, use: 'part', ...more };
}

describe('what a page does', () => {
  it('[R4] only stylesheets: they are swapped', () => {
    expect(decideUpdate([change('/a.css'), change('/b/c.CSS')], '/index.html')).toEqual({
      action: 'apply',
      css: ['/a.css', '/b/c.CSS'],
      exact: true,
    });
  });

  it('[P12] an update carries up to 256 kB of stylesheets, and pages request the others', () => {
    const text = 'x'.repeat(60_000);
    const names = Array.from({ length: 500 }, (_, index) => `/${index}.css`);
    const { css, cssTexts } = decideUpdate(
      names.map((name) => change(name, { text })),
      undefined,
    );
    expect(css).toEqual(names);
    expect(Object.keys(cssTexts!)).toEqual(names.slice(0, 4));
  });

  it('[R4] only images: they are swapped', () => {
    expect(decideUpdate([change('/logo.svg'), change('/cat.webp')], undefined)).toEqual({
      action: 'apply',
      images: ['/logo.svg', '/cat.webp'],
      exact: true,
    });
  });

  it("[R4] only the page's own HTML: it is morphed", () => {
    const own = [change('/index.html', { use: 'document' })];
    expect(decideUpdate(own, '/index.html')).toEqual({ action: 'apply', html: true });
  });

  it('[R4] styles, images and HTML together are one update in place', () => {
    const all = [change('/a.css'), change('/a.png'), change('/index.html')];
    expect(decideUpdate(all, '/index.html')).toEqual({
      action: 'apply',
      css: ['/a.css'],
      images: ['/a.png'],
      html: true,
      exact: true,
    });
  });

  it("[R4] another page's HTML, known to be just that: nothing", () => {
    expect(decideUpdate([change('/about.html', { use: 'document' })], '/index.html')).toEqual({
      action: 'none',
    });
  });

  it.each<FileUse>(['never', 'part', 'unknown'])('[R4] other HTML of which the use is %s: reload', (use) => {
    expect(decideUpdate([change('/part.html', { use })], '/index.html')).toEqual({ action: 'reload' });
  });

  it.each(['/app.js', '/data.json', '/font.woff2', '/README', '/index.php'])('[R4] %s: reload', (name) => {
    expect(decideUpdate([change('/a.css'), change(name)], '/index.html')).toEqual({ action: 'reload' });
  });

  it.each(['added', 'removed'] as const)('[R4] a file that was %s: reload', (kind) => {
    expect(decideUpdate([change('/a.css', { kind })], '/index.html')).toEqual({ action: 'reload' });
  });

  it('[R4] a source that no page has requested: nothing, because the files built from it change as well', () => {
    const source = [change('/a.scss', { use: 'never' }), change('/b.ts', { use: 'never', kind: 'added' })];
    expect(decideUpdate(source, '/index.html')).toEqual({ action: 'none' });
    expect(decideUpdate([change('/a.scss', { use: 'unknown' })], '/index.html')).toEqual({
      action: 'reload',
    });
  });

  it('[R4] files with unknown URLs are named by their paths', () => {
    expect(decideUpdate([change('public/a.css', { served: false })], undefined)).toEqual({
      action: 'apply',
      css: ['public/a.css'],
      exact: false,
    });
    // The same name as the document's does not prove that it is the document.
    expect(decideUpdate([change('index.html', { served: false, use: 'unknown' })], 'index.html')).toEqual({
      action: 'reload',
    });
  });

  it('[R4] names are data, whatever they are', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        expect(['css', 'image', 'html', 'source', 'other']).toContain(classifyFile(name));
      }),
    );
    expect(classifyFile('/.css')).toBe('other');
    expect(classifyFile('/a.b/constructor')).toBe('other');
    expect(classifyFile('/x.toString')).toBe('other');
  });
});
