import { describe, expect, it } from 'vitest';
import { FileIndex } from '../../src/files/file-index.ts';
import { mayBeUnreported } from '../../src/core/write-in-progress.ts';
import { PendingEvents } from '../../src/files/pending-events.ts';
import { pathOfStoredName, storedName } from '../../src/files/stored-name.ts';

const known = (hash: number) => ({ size: 1, mtimeMs: 2.5, hash });

describe('the file index', () => {
  it('[R6] has one digest for the same files, in any order and after any detour', () => {
    const [one, other] = [new FileIndex((path) => path), new FileIndex((path) => path)];
    one.set('/a/b.txt', known(1));
    one.set('/c.txt', known(2));
    const before = one.digest();
    other.set('/c.txt', known(3));
    other.set('/d.txt', known(4));
    other.set('/a/b.txt', known(1));
    expect(other.digest()).not.toBe(before);
    other.set('/c.txt', known(2));
    expect([other.delete('/d.txt'), other.delete('/d.txt')]).toEqual([true, false]);
    expect(other.digest()).toBe(before);
    expect(new Map(other.entries())).toEqual(new Map(one.entries()));
  });

  it('[R6] counts unread files, and finds those below a folder', () => {
    const index = new FileIndex((path) => path);
    for (const path of ['/a/b.txt', '/a/c/d.txt', '/ab/e.txt']) index.set(path, known(0));
    index.set('/a/b.txt', known(7));
    expect([index.unread, index.get('/a/b.txt'), index.get('/a/x')]).toEqual([2, known(7), undefined]);
    expect(index.below('/a')).toEqual(['/a/b.txt', '/a/c/d.txt']);
  });

  it('[R6] has the same files after its memory was trimmed', () => {
    const index = new FileIndex((path) => path);
    index.set('/a/b.txt', known(1), '/a', 'b.txt');
    index.set('/c/b.txt', known(2));
    index.trim();
    index.set('/a/b.txt', known(3));
    index.set('/c/d.txt', known(4));
    expect([...index.entries()]).toEqual([
      ['/a/b.txt', known(3)],
      ['/c/b.txt', known(2)],
      ['/c/d.txt', known(4)],
    ]);
  });
});

it('[R6] a stored name leads back to its path, in the same root', () => {
  const roots = ['/site', '/more/one.css'];
  for (const path of ['/site/a:b/c.txt', '/site/x', '/more/one.css'])
    expect(pathOfStoredName(roots, storedName(roots, path))).toBe(path);
  const foreign = ['5:a', '0:../secret'].map((name) => pathOfStoredName(roots, name));
  expect(foreign).toEqual([undefined, undefined]);
});

it('[R2] an event that is awaited is taken once, and only if it has arrived', () => {
  const pending = new PendingEvents();
  for (const path of ['arrived', 'missing', 'changing']) pending.add(path);
  for (const path of ['arrived', 'unknown']) pending.recordEvent(path);
  expect(['arrived', 'arrived', 'missing', 'unknown'].map((path) => pending.take(path))).toEqual([
    true,
    false,
    false,
    false,
  ]);
  pending.expire((path) => path === 'changing');
  pending.recordEvent('changing');
  expect(pending.take('changing')).toBe(true);
});

it('[R5] a file that was written within the quiet period may have no event yet', () => {
  const at = (nowMs: number): boolean => mayBeUnreported({ size: 1, mtimeMs: 100 }, 10, nowMs);
  expect([at(99), at(100), at(109), at(110)]).toEqual([false, true, true, false]);
});
