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
    [{ none: 1, apply: 0, reload: 0 }, [], 'no open page uses it'],
    [{ none: 1, apply: 0, reload: 2 }, [], 'reloaded 2 pages'],
    [{ none: 0, apply: 1, reload: 0 }, ['css', 'images'], 'styles, images replaced in 1 page'],
    [{ none: 0, apply: 2, reload: 1 }, ['html'], 'reloaded 1 page, HTML replaced in 2 pages'],
  ])('[R1] says what pages did: %j', (pages, applied, expected) => {
    expect(describePages({ files: [], pages, applied })).toBe(expected);
  });
});
