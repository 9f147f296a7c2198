import { describe, expect, it } from 'vitest';
import { describeFiles, describePages } from '../../src/cli/describe-update.ts';
import type { UpdateReport } from '../../src/events.ts';

describe('the line of an update', () => {
  it.each([
    [[], 'all files'],
    [['a.css'], 'a.css'],
    [['b.css', 'a.css'], 'a.css and b.css'],
    [['long/name.css', 'b.css', 'a.css'], 'a.css and 2 more'],
    [['a\u001b[2J.css'], 'a\\u001b[2J.css'],
  ])('[R1] names the files %j', (files, expected) => {
    expect(describeFiles(files)).toBe(expected);
  });

  it.each<[UpdateReport['pages'], UpdateReport['applied'], string]>([
    [{ none: 0, apply: 0, reload: 0 }, [], 'no page is open'],
    [{ none: 1, apply: 0, reload: 0 }, [], 'nothing: no open page uses it'],
    [{ none: 1, apply: 0, reload: 2 }, [], 'reloads 2 pages'],
    [{ none: 0, apply: 1, reload: 0 }, ['css', 'images'], 'swapped in 1 page'],
    [{ none: 0, apply: 1, reload: 0 }, ['css', 'html'], 'swapped and morphed in 1 page'],
    [{ none: 0, apply: 2, reload: 1 }, ['html'], 'morphed in 2 pages, reloads 1 page'],
  ])('[R30] says what pages do: %j', (pages, applied, expected) => {
    expect(describePages({ files: [], pages, applied })).toBe(expected);
  });

  it('[R30] says why files that no page needs cause no update', () => {
    expect(describePages({ files: ['a.md'], reason: 'no open page\u0007' })).toBe(
      'nothing: no open page\\u0007',
    );
  });

  it('[R30] says why pages reload, and how long it took', () => {
    const pages = { none: 0, apply: 0, reload: 2 };
    const reason = 'a\u001b[2J.js: scripts are not replaced in place';
    expect(describePages({ files: [], pages, applied: [], reason, durationMs: 13.4 })).toBe(
      'reloads 2 pages (13 ms): a\\u001b[2J.js: scripts are not replaced in place',
    );
    const swapped = { none: 0, apply: 2, reload: 0 };
    expect(describePages({ files: [], pages: swapped, applied: ['css'], durationMs: 12.6 })).toBe(
      'swapped in 2 pages (13 ms)',
    );
  });
});
