import { chmodSync, existsSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { watchFolders } from '../../src/files/watch/watch-folders.ts';
import { makeFolder, startReload } from '../helpers/reload-server.ts';

type Started = Awaited<ReturnType<typeof startReload>>;

/** Starts a server that has read its files. */
async function startWithIndex(files: Record<string, string>, options: object): Promise<Started> {
  const started = await startReload(files, options);
  for (const name of Object.keys(files)) await (await fetch(new URL(name, started.url))).text();
  return started;
}

/** Changes files, and waits until exactly these were reported, in any number of updates. */
async function reports({ updates }: Started, change: () => void, files: string[]): Promise<void> {
  const before = updates.length;
  change();
  await vi.waitFor(() => {
    const reported = updates.slice(before).flatMap((update) => update.files);
    expect(reported.sort()).toEqual([...files].sort());
  });
}

describe.each([
  ['by events', {}],
  ['by polling', { poll: true }],
])('folders, noticed %s', (_how, options) => {
  it('[R3] an entry with the name of its folder is watched', async () => {
    const started = await startWithIndex({ 'sub/sub': 'x', 'sub/b.txt': 'x' }, options);
    const own = join(started.folder, basename(started.folder));
    await reports(started, () => unlinkSync(join(started.folder, 'sub/sub')), ['sub/sub']);
    await reports(started, () => started.write('sub/sub', 'y'), ['sub/sub']);
    await reports(started, () => writeFileSync(own, 'x'), [basename(own)]);
    await reports(started, () => unlinkSync(own), [basename(own)]);
  });

  it('[R3] a root that is created again at once, with the inode of the deleted one', async () => {
    const started = await startWithIndex({ 'a.txt': 'x', 'sub/b.txt': 'x' }, options);
    const { folder, write } = started;
    for (let round = 1; round <= 3; round++) {
      const again = (): void => {
        rmSync(folder, { recursive: true });
        write('a.txt', `round ${round}`);
        write('sub/b.txt', `round ${round}`);
      };
      await reports(started, again, ['a.txt', 'sub/b.txt']);
      await reports(started, () => write('a.txt', `round ${round}, saved`), ['a.txt']);
      await reports(started, () => write('sub/b.txt', `round ${round}, saved`), ['sub/b.txt']);
    }
  });

  it('[R3] a root that is replaced by another folder with a folder of its name', async () => {
    const started = await startWithIndex({ 'a.txt': 'x' }, options);
    const { folder, write } = started;
    const inner = join(basename(folder), 'b.txt');
    await reports(started, () => write(inner, 'x'), [inner]);
    const other = makeFolder({ [inner]: 'other', 'a.txt': 'other' }).folder;
    const away = join(makeFolder().folder, 'away');
    const replace = (): void => {
      renameSync(folder, away);
      renameSync(other, folder);
    };
    await reports(started, replace, ['a.txt', inner]);
    await reports(started, () => write('a.txt', 'saved'), ['a.txt']);
    await reports(started, () => write(inner, 'saved'), [inner]);
  });

  it('[R3] a renamed folder is watched under its new name, with all in it', async () => {
    const started = await startWithIndex({ 'a/b/c/d.txt': 'x' }, options);
    const { folder, write } = started;
    const rename = (): void => renameSync(join(folder, 'a'), join(folder, 'z'));
    await reports(started, rename, ['a/b/c/d.txt', 'z/b/c/d.txt']);
    await reports(started, () => write('z/b/c/d.txt', 'saved'), ['z/b/c/d.txt']);
    await reports(started, () => write('a/b/c/d.txt', 'new'), ['a/b/c/d.txt']);
  });

  it('[R2] a file that becomes a folder at once, and a folder that becomes a file, are reported as both', async () => {
    const started = await startWithIndex({ 'a.txt': 'x', 'sub/b.txt': 'x' }, options);
    const { folder, write } = started;
    const swap = (): void => {
      unlinkSync(join(folder, 'a.txt'));
      write('a.txt/c.txt', 'x');
      rmSync(join(folder, 'sub'), { recursive: true });
      write('sub', 'x');
    };
    await reports(started, swap, ['a.txt', 'a.txt/c.txt', 'sub', 'sub/b.txt']);
  });

  it('[R3] an ignored folder with served files may be deleted and built again', async () => {
    const started = await startWithIndex({ '.gitignore': 'dist/\n*.gen.js\n', 'out/a.gen.js': 'x' }, options);
    const { folder, write, url } = started;
    const again = (): void => {
      rmSync(join(folder, 'out'), { recursive: true });
      write('out/a.gen.js', 'built');
    };
    await reports(started, again, ['out/a.gen.js']);
    write('dist/assets/app.js', 'one');
    await (await fetch(new URL('/dist/assets/app.js', url))).text();
    await reports(started, () => write('dist/assets/app.js', 'two, saved'), ['dist/assets/app.js']);
    for (const round of [1, 2]) {
      const build = (): void => {
        rmSync(join(folder, 'dist'), { recursive: true });
        write('dist/assets/app.js', `built ${round}`);
        write('dist/assets/other.js', `built ${round}`);
      };
      await reports(started, build, ['dist/assets/app.js']);
      await reports(started, () => write('dist/assets/app.js', `saved ${round}`), ['dist/assets/app.js']);
    }
    await reports(started, () => rmSync(join(folder, 'dist'), { recursive: true }), ['dist/assets/app.js']);
    await reports(started, () => write('dist/assets/app.js', 'late'), ['dist/assets/app.js']);
  });

  it('[R3] a folder that replaces another one has its own .gitignore', async () => {
    const { folder: away, write: writeAway } = makeFolder({ 'one/a.log': 'x', 'one/b.txt': 'x' });
    const started = await startWithIndex({ 'sub/.gitignore': '*.log\n', 'sub/c.txt': 'x' }, options);
    const { folder, write } = started;
    const replace = (): void => {
      renameSync(join(folder, 'sub'), join(away, 'old'));
      renameSync(join(away, 'one'), join(folder, 'sub'));
    };
    await reports(started, replace, ['sub/a.log', 'sub/b.txt', 'sub/c.txt']);
    await reports(started, () => write('sub/a.log', 'saved'), ['sub/a.log']);
    expect(existsSync(join(away, 'old/c.txt'))).toBe(true);
    writeAway('old/c.txt', 'not watched');
    await reports(started, () => write('sub/b.txt', 'saved'), ['sub/b.txt']);
  });

  it('[R3] a single file is watched whatever way it is saved, and nothing beside it', async () => {
    const { folder, write } = makeFolder({ 'one.css': 'x', 'two.css': 'x' });
    const file = join(folder, 'one.css');
    const started = await startReload({}, { ...options, watch: [file] });
    await reports(started, () => write('one.css', 'in place'), ['one.css']);
    write('two.css', 'changed');
    write('new/one.css', 'new');
    const rename = (): void => {
      write('.one.css', 'renamed over');
      renameSync(join(folder, '.one.css'), file);
    };
    await reports(started, rename, ['one.css']);
    await reports(started, rename, []);
    await reports(started, () => unlinkSync(file), ['one.css']);
    await reports(started, () => write('one.css', 'new'), ['one.css']);
    expect(readFileSync(file, 'utf8')).toBe('new');
  });
});

describe('after a flood', () => {
  it('[R3] folders that were created again during a flood are watched', async () => {
    const { folder, write } = makeFolder({ 'one.txt': 'x', 'two.txt': 'x', 'sub/a.txt': 'x' });
    const seen = new Set<string>();
    const watch = watchFolders({
      roots: [folder],
      onFileEvent: ({ path }) => seen.add(path),
      onWarning: () => {},
    });
    await watch.ready;
    // More events than the queue holds, before the process reads any.
    for (let round = 0; round < 10_000; round++) {
      for (const name of ['one.txt', 'two.txt']) chmodSync(join(folder, name), 0o600);
    }
    rmSync(join(folder, 'sub'), { recursive: true });
    write('sub/a.txt', 'y');
    await vi.waitFor(() => expect(seen).toContain(join(folder, 'sub/a.txt')));
    seen.clear();
    write('sub/a.txt', 'saved');
    await vi.waitFor(() => expect(seen).toContain(join(folder, 'sub/a.txt')));
    await watch.close();
  });
});
