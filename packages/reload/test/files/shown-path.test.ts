import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publicName, shownPath } from '../../src/files/shown-path.ts';

describe('the name of a folder', () => {
  const outside = resolve('..', 'other', 'site');

  it.each([
    [resolve(), '.', '.'],
    [resolve('src/a'), join('src', 'a'), join('src', 'a')],
    ['..drafts', '..drafts', '..drafts'],
    ['../other/site', outside, 'site'],
    ['..', resolve('..'), resolve('..').split(/[/\\]/).at(-1)],
    ['/', '/', '/'],
  ])('[R21] %s is %s in the terminal, and %s on the page of the status', (path, shown, name) => {
    expect([shownPath(path), publicName(path)]).toEqual([shown, name]);
  });
});
