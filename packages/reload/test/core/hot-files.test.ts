import { expect, it } from 'vitest';
import { createHotFiles } from '../../src/core/hot-files.ts';

/** Whether a changed file of `/project`, by its name in it, is updated by the backend. */
function setUp(requests: string[], maxPaths?: number) {
  const files = createHotFiles(maxPaths);
  const hot = files.addBackend();
  for (const path of requests) hot.recordRequest(path);
  const isUpdated = (name: string, kind: 'added' | 'changed' | 'removed' = 'changed'): boolean =>
    files.isUpdated({ path: `/project/${name}`, kind }, name);
  return { files, hot, isUpdated };
}

it('[R4] a file that a page has requested counts while a socket for updates in place is open', () => {
  const { hot, isUpdated } = setUp(['/src/a%20b.js', '/', '/style.css']);
  expect(isUpdated('src/a b.js')).toBe(false);
  const end = hot.recordSocket();
  const endSecond = hot.recordSocket();
  expect(['src/a b.js', 'index.html', 'style.css'].map((name) => isUpdated(name))).toEqual([
    true,
    true,
    true,
  ]);
  expect(isUpdated('src/other.js')).toBe(false);
  end();
  end();
  expect(isUpdated('style.css')).toBe(true);
  endSecond();
  expect(isUpdated('style.css')).toBe(false);
});

it('[R4] the root of the backend may be a folder in the watched one, but a name alone is no path', () => {
  const { hot, isUpdated } = setUp(['/src/a.js', '/', '/style.css', '/@fs/project/shared/b.js']);
  hot.recordSocket();
  expect(isUpdated('client/src/a.js')).toBe(true);
  expect(isUpdated('shared/b.js')).toBe(true);
  expect(isUpdated('templates/index.html')).toBe(false);
  expect(isUpdated('other/style.css')).toBe(false);
});

it('[R4] new and deleted files do not count', () => {
  const { hot, isUpdated } = setUp(['/a.js']);
  hot.recordSocket();
  expect([isUpdated('a.js', 'added'), isUpdated('a.js', 'removed')]).toEqual([false, false]);
});

it('[R4] a URL that cannot be decoded is left out, and so are the oldest paths beyond the maximum', () => {
  const { hot, isUpdated } = setUp(['/%', '/a.js', '/b.js'], 1);
  hot.recordSocket();
  expect([isUpdated('%'), isUpdated('a.js'), isUpdated('b.js')]).toEqual([false, false, true]);
});

it('[R4] the socket of one backend says nothing about the paths of another one', () => {
  const { files, isUpdated } = setUp(['/docs/intro.html']);
  files.addBackend().recordSocket();
  expect(isUpdated('docs/intro.html')).toBe(false);
});
