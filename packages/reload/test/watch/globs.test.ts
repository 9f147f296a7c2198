import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { findWatchRoots } from '../../src/options/watch-roots.ts';
import { makeFolder, startReload } from '../helpers/reload-server.ts';

const FILES = {
  'src/a.php': '',
  'src/deep/b.php': '',
  'src/deep/c.txt': '',
  'src/vendor/d.php': '',
  'lib/e.txt': '',
};

describe('what globs of watch name', () => {
  it('[R3] is watched, and what a glob with "!" names is not', async () => {
    const { folder, write } = makeFolder(FILES);
    const watch = [`${folder}/src/**/*.php`, `!${folder}/src/vendor`, `${folder}/lib`];
    const { updates, indexed } = await startReload({}, { watch });
    await indexed;
    const names = ['src/vendor/d.php', 'src/deep/c.txt', 'src/vendor/new.php', 'src/a.php', 'src/deep/b.php'];
    for (const name of [...names, 'lib/e.txt', 'src/new/f.php', 'src/new/g.txt']) write(name, 'saved');
    const reported = (): string[] => updates.flatMap(({ files }) => files).sort();
    await vi.waitFor(() => expect(reported()).toEqual(['a.php', 'deep/b.php', 'e.txt', 'new/f.php']));
    write('src/vendor/d.php', 'again');
    write('src/a.php', 'last');
    await vi.waitFor(() =>
      expect(reported()).toEqual(['a.php', 'a.php', 'deep/b.php', 'e.txt', 'new/f.php']),
    );
  });

  it('[R3] is decided by paths, where a path exists', () => {
    const { folder } = makeFolder({ ...FILES, 'a [b]/c.txt': '', '!d/e.txt': '' });
    expect(findWatchRoots([], [`${folder}/a [b]`, `${folder}/!d`])).toEqual({
      roots: [`${folder}/a [b]`, `${folder}/!d`],
      filter: undefined,
    });
  });

  it('[R3] is added to a path inside of it, and contained in a path around it', () => {
    const { folder } = makeFolder(FILES);
    const both = findWatchRoots([], [`${folder}/src/*.{php,html}`, `${folder}/src/deep`]);
    expect(both.roots).toEqual([`${folder}/src`]);
    const included = Object.keys(FILES).filter((name) => both.filter!.includes(join(folder, name)));
    expect(included).toEqual(['src/a.php', 'src/deep/b.php', 'src/deep/c.txt']);
    const inner = findWatchRoots([folder], [`${folder}/src/*.php`]);
    expect(inner.roots).toEqual([folder]);
    expect(Object.keys(FILES).every((name) => inner.filter!.includes(join(folder, name)))).toBe(true);
  });

  it('[R3] needs a folder that exists', () => {
    const { folder } = makeFolder();
    expect(() => findWatchRoots([], [`${folder}/missing/**`])).toThrow('does not exist');
  });

  it('[R3] a symlink in a root that --watch names is a root itself', () => {
    const { folder } = makeFolder({ 'site/a.txt': '', 'pkg/b.txt': '' });
    symlinkSync('../pkg', join(folder, 'site/link'));
    expect(findWatchRoots([join(folder, 'site')], [join(folder, 'site/link')]).roots).toEqual([
      join(folder, 'site'),
      join(folder, 'pkg'),
    ]);
  });
});
