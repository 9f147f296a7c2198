import { execFileSync } from 'node:child_process';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { makeFolder, startReload } from '../helpers/reload-server.ts';

/** A reload server whose updates are compared by the files that they name. */
async function startWatching(files: Record<string, string>, options: object = {}) {
  const started = await startReload(files, options);
  const { updates, write } = started;
  const reported = (): string[][] => updates.map((update) => [...update.files].sort());
  const eventually = (holds: () => void): Promise<void> => vi.waitFor(holds);
  let marks = 0;
  /** Waits until all that was written so far has been reported, in this many updates. */
  async function settled(count: number): Promise<void> {
    const mark = `mark-${++marks}`;
    // What is saved last is reported last.
    write(mark, 'x');
    await eventually(() => expect(reported().at(-1)).toEqual([mark]));
    expect(reported()).toHaveLength(count + 1);
  }
  return { ...started, reported, eventually, settled };
}

describe('what is watched', () => {
  it('[R3] not dotfiles, temporary files of editors, node_modules and what git and globs ignore', async () => {
    const { write, settled } = await startWatching(
      { '.gitignore': '*.log\nbuild/\n!keep.log\n', 'a.txt': 'x' },
      { ignore: ['logs/**', '*.bin'] },
    );
    for (const name of [
      '.env',
      'node_modules/a/b.js',
      'x.log',
      'build/out.js',
      'logs/today.txt',
      'c.bin',
      'sub/d.bin',
      'a.txt~',
      '.a.txt.swp',
      '#a.txt#',
      '.#a.txt',
      'sub/.DS_Store',
    ]) {
      write(name, 'x');
    }
    await settled(0);
  });

  it('[R3] what git ignores is watched once it was served; a changed .gitignore applies at once', async () => {
    const files = { '.gitignore': 'dist/\n', 'a.txt': 'x' };
    const { write, url, reported, eventually, settled } = await startWatching(files);
    write('dist/app.js', 'one');
    for (const name of ['a.txt', 'dist/app.js']) await (await fetch(new URL(name, url))).text();
    write('dist/app.js', 'two!');
    await eventually(() => expect(reported()).toEqual([['dist/app.js']]));
    write('dist/other.js', 'x');
    await settled(1);
    write('.gitignore', 'a.txt\n');
    const saved = (): void => {
      write('dist/other.js', `watched now, ${performance.now()}`);
      expect(reported().flat()).toContain('dist/other.js');
    };
    await vi.waitFor(saved, { interval: 300 });
    write('a.txt', 'ignored now, but it was served');
    await eventually(() => expect(reported().flat()).toContain('a.txt'));
  });

  it('[R3] a root that git ignores is watched', async () => {
    const { folder } = await startReload({ '.gitignore': 'dist/\n', 'dist/a.txt': 'x' });
    execFileSync('git', ['init', '-q'], { cwd: folder });
    const inner = await startReload({}, { folder: join(folder, 'dist') });
    writeFileSync(join(folder, 'dist/a.txt'), 'longer than before');
    await vi.waitFor(() => expect(inner.updates.map(({ files }) => files)).toEqual([['a.txt']]));
  });

  it('[R3] a folder that git ignores is watched if it is named inside of another root; what it ignores itself is not', async () => {
    const { folder, write } = makeFolder({
      '.gitignore': 'build/\n*.log\n',
      'build/out/.gitignore': '*.map\n',
      'build/out/a.txt': 'x',
      'build/out/sub/b.txt': 'x',
    });
    const { updates, indexed } = await startReload({}, { folder, watch: [join(folder, 'build/out')] });
    await indexed;
    const ignored = ['build/c.txt', 'd.log', 'build/out/e.map'];
    const saved = ['build/out/a.txt', 'build/out/sub/b.txt', 'build/out/new.log'];
    for (const name of [...ignored, ...saved, 'last.txt']) {
      write(name, 'longer than before');
    }
    const reported = (): string[] => [...new Set(updates.flatMap(({ files }) => files))].sort();
    await vi.waitFor(() => expect(reported()).toEqual([...saved, 'last.txt'].sort()));
  });

  it('[R3] a root that is deleted and created again, twice', async () => {
    const { folder, write, url, reported, eventually } = await startWatching({
      'a.txt': 'x',
      'sub/b.txt': 'x',
    });
    await (await fetch(new URL('sub/b.txt', url))).text();
    const count = (): number => reported().filter((files) => files.includes('sub/b.txt')).length;
    const grows = async (change: () => void): Promise<void> => {
      const before = count();
      change();
      await eventually(() => expect(count()).toBe(before + 1));
    };
    for (let round = 1; round <= 2; round++) {
      await grows(() => rmSync(folder, { recursive: true }));
      await grows(() => write('sub/b.txt', `round ${round}`));
      await grows(() => write('sub/b.txt', `round ${round}, again`));
    }
  });

  it('[R3] symlinks that loop or lead out of the root do no harm', async () => {
    const { folder, write, reported, eventually } = await startWatching({ 'a.txt': 'x' });
    symlinkSync(folder, join(folder, 'loop'));
    symlinkSync('/', join(folder, 'out'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'broken'));
    write('mark', 'x');
    await eventually(() => expect(reported().flat()).toContain('mark'));
    write('a.txt', 'changed');
    await eventually(() => expect(reported().at(-1)).toEqual(['a.txt']));
  });

  it('[R3] files with unusual names', async () => {
    const names = [
      'with space.txt',
      'new\nline.txt',
      'ünïcödé 😀.txt',
      '__proto__',
      'constructor',
      '100%.txt',
      'quo\'te".txt',
    ];
    const { folder, write, reported, eventually } = await startWatching({});
    writeFileSync(Buffer.concat([Buffer.from(folder), Buffer.from([0x2f, 0xff, 0xfe])]), 'not UTF-8');
    for (const name of names) write(name, 'x');
    await eventually(() => expect(reported().flat()).toEqual(expect.arrayContaining(names)));
  });
});
