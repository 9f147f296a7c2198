import { describe, expect, it } from 'vitest';
import { classifyWatchError, describeWatchLimit } from '../../src/files/watch/watch-limit.ts';
import { accepts, isPartial, type WatchScope } from '../../src/files/watch/watch-scope.ts';

/** A root in which rules ignore `.log` files and everything in `/root/dist`. */
function scope(more: Partial<WatchScope> = {}): WatchScope {
  const ignores = (path: string): boolean => path.endsWith('.log');
  return {
    root: '/root',
    only: undefined,
    rules: { ignores, ignoresDeep: (path) => ignores(path) || path.startsWith('/root/dist') },
    included: new Set(['/root/dist/app.js', '/root/a.log']),
    folders: new Map([
      ['/root', { partial: false }],
      ['/root/dist', { partial: true }],
    ]),
    ...more,
  };
}

describe('which files are reported', () => {
  it.each([
    ['a file of a watched folder', '/root/a.txt', true],
    ['a file of a folder that is not watched yet', '/root/new/a.txt', true],
    ['an ignored file', '/root/b.log', false],
    ['an ignored file that was included', '/root/a.log', true],
    ['a file of an ignored folder that was included', '/root/dist/app.js', true],
    ['another file of that folder', '/root/dist/other.js', false],
    ['a file of an ignored folder that is not watched', '/root/dist/deep/a.js', false],
    ['a file outside of the root', '/rooted/a.txt', false],
  ])('[R3] %s', (_name, path, expected) => {
    expect(accepts(scope(), path)).toBe(expected);
  });

  it('[R3] of a single file: that one only', () => {
    const single = scope({ only: '/root/a.txt', included: new Set(['/root/a.txt']) });
    expect(['/root/a.txt', '/root/b.txt'].map((path) => accepts(single, path))).toEqual([true, false]);
    expect(isPartial(single, '/root')).toBe(true);
  });

  it('[R3] of an ignored folder: included ones only', () => {
    expect(['/root', '/root/src', '/root/dist'].map((folder) => isPartial(scope(), folder))).toEqual([
      false,
      false,
      true,
    ]);
  });
});

describe('a folder that cannot be watched by events', () => {
  it.each([
    ['ENOENT', 'missing'],
    ['ENOTDIR', 'missing'],
    ['EACCES', 'denied'],
    ['EPERM', 'denied'],
    ['ENOSPC', 'limit'],
    ['EMFILE', 'limit'],
  ])('[R3] %s: %s', (code, failure) => {
    expect(classifyWatchError(code)).toBe(failure);
  });

  it('[R3] for want of watches: the warning names the limit to raise', () => {
    expect(describeWatchLimit('ENOSPC')).toContain('max_user_watches');
    expect(describeWatchLimit('EMFILE')).toContain('max_user_instances');
  });
});
