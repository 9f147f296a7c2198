import { describe, expect, it } from 'vitest';
import type { ReloadUpdate } from '@live-online/protocol';
import { mergeUpdates } from '../../src/client/merge-updates.ts';

const at = (id: string, update: Omit<ReloadUpdate, 'version'>): ReloadUpdate => ({
  version: { id },
  ...update,
});

describe('updates that wait', () => {
  it('[R4] become one, with the last version', () => {
    const merged = mergeUpdates([
      at('a.1', { action: 'apply', css: ['/a.css', '/b.css'], exact: true }),
      at('a.2', { action: 'none' }),
      at('a.3', { action: 'apply', css: ['/a.css'], images: ['/c.png'], html: true, exact: true }),
    ]);
    expect(merged).toEqual(
      at('a.3', {
        action: 'apply',
        css: ['/a.css', '/b.css'],
        cssTexts: {},
        images: ['/c.png'],
        html: true,
        exact: true,
      }),
    );
  });

  it('[R4] a text counts unless a later update changes the same file', () => {
    const merged = mergeUpdates([
      at('a.1', { action: 'apply', css: ['/a.css', '/b.css'], cssTexts: { '/a.css': 'a1', '/b.css': 'b1' } }),
      at('a.2', {
        action: 'apply',
        html: true,
        htmlText: 'h2',
        css: ['/b.css'],
        cssTexts: { '/b.css': 'b2' },
      }),
      at('a.3', { action: 'apply', html: true, css: ['/a.css'] }),
    ]);
    expect(merged.cssTexts).toEqual({ '/b.css': 'b2' });
    expect(merged.htmlText).toBeUndefined();
  });

  it('[R4] one reload among them replaces the others', () => {
    const waiting = [
      at('a.1', { action: 'apply', css: ['/a.css'] }),
      at('a.2', { action: 'reload' }),
      at('a.3', { action: 'none' }),
    ];
    expect(mergeUpdates(waiting)).toEqual(at('a.3', { action: 'reload' }));
  });

  it('[R4] that change nothing here change nothing', () => {
    expect(mergeUpdates([at('a.1', { action: 'none' }), at('a.2', { action: 'none' })])).toEqual(
      at('a.2', { action: 'none' }),
    );
  });

  it('[R4] paths are compared by their ends as soon as one of them has to be', () => {
    const waiting = [
      at('a.1', { action: 'apply', css: ['/a.css'], exact: true }),
      at('a.2', { action: 'apply', css: ['b.css'], exact: false }),
    ];
    expect(mergeUpdates(waiting).exact).toBe(false);
  });
});
