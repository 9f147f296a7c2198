import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createPathHider } from '../../src/status/public-text.ts';
import { makeFolder } from '../helpers/reload-server.ts';

const outside = resolve('..', 'with space', 'site');

describe('a text for other devices', () => {
  it.each([
    [`${resolve('a', 'b')} may not be read by this user`, `${join('a', 'b')} may not be read by this user`],
    [`the system reports no changes in ${resolve()}: polled`, 'the system reports no changes in .: polled'],
    [`the system reports no changes in ${outside}: polled`, 'the system reports no changes in site: polled'],
    [`${join(outside, 'deep')} may not be read`, `${join('site', 'deep')} may not be read`],
    [`in ${join(homedir(), '.cache', 'x')} (EACCES)`, `in ${join('~', '.cache', 'x')} (EACCES)`],
    [
      `(EACCES: permission denied, mkdir '${join(tmpdir(), 'a b', 'c')}')`,
      "(EACCES: permission denied, mkdir 'c')",
    ],
    [`cannot open ${join(tmpdir(), 'x', 'a.js')} in an editor`, 'cannot open a.js in an editor'],
    [`start with --allow ${join(tmpdir(), 'my photos', 'of 2025')}`, 'start with --allow of 2025'],
  ])('[R21] contains no absolute path: %s', (text, shown) => {
    expect(createPathHider([outside])(text)).toBe(shown);
  });

  it.each([
    '/shop/index.html is served without live reload: its Content-Encoding is not supported',
    'the service worker /no-such-folder/sw.js answers from its cache',
    "to ignore it, start with --ignore '/no-such-folder/a.log'",
    'The backend is down: http://localhost:8000/tmp does not respond',
  ])('[R21] keeps the path of a URL: %s', (text) => {
    expect(createPathHider([outside])(text)).toBe(text);
  });

  it('[R21] does not take a part of a name for a folder', () => {
    const { folder } = makeFolder();
    expect(createPathHider([folder])(`x${folder} and ${folder}-old/a`)).toBe(`x${folder} and a`);
    expect(createPathHider(['/'])('in /: a')).toBe('in /: a');
  });
});
