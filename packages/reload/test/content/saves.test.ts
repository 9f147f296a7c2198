import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { startReload } from '../helpers/reload-server.ts';

/** A watched folder that notes what each file held when its change was told. */
async function watchFolder(files: Record<string, string>, options: object = {}) {
  const started = await startReload(files, options);
  const { server, folder, updates, url } = started;
  const at = (name: string): string => join(folder, name);
  const seen: Record<string, number | undefined>[] = [];
  server.on('update', (report) => {
    const lengths = report.files.map((name) => {
      try {
        return [name, readFileSync(at(name)).length] as const;
      } catch {
        return [name, undefined] as const;
      }
    });
    seen.push(Object.fromEntries(lengths));
  });
  /** Has the server read a file, so that it knows what is in it. */
  for (const name of Object.keys(files)) await (await fetch(new URL(encodeURI(name), url))).arrayBuffer();
  const told = async (count: number): Promise<string[][]> => {
    await vi.waitFor(() => expect(updates.length).toBeGreaterThanOrEqual(count), 15_000);
    return updates.map((report) => [...report.files].sort());
  };
  /** Makes sure that nothing more comes: what is saved last is told last. */
  let marks = 0;
  const nothingElse = async (count: number): Promise<void> => {
    writeFileSync(at(`mark-${++marks}`), 'x');
    await vi.waitFor(
      () => expect(updates.some(({ files }) => files.includes(`mark-${marks}`))).toBe(true),
      15_000,
    );
    expect(updates.map(({ files }) => files)).toHaveLength(count + 1);
  };
  return { ...started, at, seen, told, nothingElse };
}

const big = 'x'.repeat(5_000);

describe.each([
  ['by events', {}],
  ['by polling', { poll: true }],
])('saves, noticed %s', (_how, options) => {
  const saves: [string, (at: (name: string) => string) => void | Promise<void>, number][] = [
    ['in place', (at) => writeFileSync(at('a.txt'), big + 'y'), 5_001],
    [
      'by a temporary file and a rename',
      (at) => {
        writeFileSync(at('a.txt.tmp.123'), big + 'yy');
        renameSync(at('a.txt.tmp.123'), at('a.txt'));
      },
      5_002,
    ],
    [
      'by truncating, a pause, and writing',
      async (at) => {
        const file = await open(at('a.txt'), 'w');
        await delay(50);
        await file.write(big + 'yyy');
        await file.close();
      },
      5_003,
    ],
    [
      'by deleting, a pause, and making anew',
      async (at) => {
        unlinkSync(at('a.txt'));
        await delay(50);
        writeFileSync(at('a.txt'), big + 'yyyy');
      },
      5_004,
    ],
    [
      'as vim does',
      (at) => {
        writeFileSync(at('4913'), '');
        unlinkSync(at('4913'));
        renameSync(at('a.txt'), at('a.txt~'));
        writeFileSync(at('a.txt'), big + 'yyyyy');
        unlinkSync(at('a.txt~'));
      },
      5_005,
    ],
    ['by appending', (at) => writeFileSync(at('a.txt'), 'z', { flag: 'a' }), 5_001],
  ];

  it.each(saves)('[R2] a save %s is one update, of the whole file', async (_name, save, length) => {
    const { at, seen, told, nothingElse } = await watchFolder({ 'a.txt': big }, options);
    await save(at);
    expect(await told(1)).toEqual([['a.txt']]);
    await nothingElse(1);
    expect(seen[0]).toEqual({ 'a.txt': length });
  });

  it('[R3] a file that is renamed over ten times is seen each time', async () => {
    const { at, told } = await watchFolder({ 'a.txt': big }, options);
    for (let round = 1; round <= 10; round++) {
      writeFileSync(at('.new'), big + 'y'.repeat(round));
      renameSync(at('.new'), at('a.txt'));
      expect(await told(round)).toHaveLength(round);
    }
  });

  it('[R2] a touch, and a save that changed no byte, are none', async () => {
    const { at, nothingElse } = await watchFolder({ 'a.txt': big }, options);
    const later = new Date(Date.now() + 9_000);
    utimesSync(at('a.txt'), later, later);
    await delay(30);
    writeFileSync(at('a.txt'), big);
    await nothingElse(0);
  });

  it('[R3] new folders, from their first file on, and folders that were moved in', async () => {
    const { at, told, updates, folder } = await watchFolder({ 'a.txt': big }, options);
    for (let round = 0; round < 20; round++) {
      mkdirSync(at(`n${round}/b/c`), { recursive: true });
      writeFileSync(at(`n${round}/b/c/deep.txt`), 'x');
    }
    const all = (): Set<string> => new Set(updates.flatMap(({ files }) => files));
    await vi.waitFor(
      () => expect([...all()].filter((name) => name.endsWith('deep.txt'))).toHaveLength(20),
      15_000,
    );
    writeFileSync(at('n3/b/c/deep.txt'), 'changed, and longer');
    await vi.waitFor(() => expect(updates.at(-1)!.files).toEqual(['n3/b/c/deep.txt']), 15_000);
    mkdirSync(join(folder, '..', `in-${process.pid}`), { recursive: true });
    writeFileSync(join(folder, '..', `in-${process.pid}`, 'x.txt'), 'x');
    const before = updates.length;
    renameSync(join(folder, '..', `in-${process.pid}`), at('moved'));
    await told(before + 1);
    expect(all().has('moved/x.txt')).toBe(true);
  });
});

describe('writers that take their time', () => {
  it.each([
    ['an existing file, in pieces of a buffer', 65_536, { 'a.bin': 'x'.repeat(5_242_880) }],
    ['an existing file, in odd pieces', 50_001, { 'a.bin': 'x'.repeat(5_242_880) }],
    ['a new file, in odd pieces', 50_001, {}],
  ])('[R5] %s: one update, when all is written', async (_name, length, files: Record<string, string>) => {
    const { at, seen, told, nothingElse } = await watchFolder(files);
    const file = await open(at('a.bin'), 'w');
    let written = 0;
    while (written < 5_000_000) {
      written += (await file.write('y'.repeat(length))).bytesWritten;
      // Mostly none, sometimes long.
      if (written % 7 === 0 || written < 4 * length) await delay(90);
      else await delay(2);
    }
    await file.close();
    expect(await told(1)).toEqual([['a.bin']]);
    await nothingElse(1);
    expect(seen[0]).toEqual({ 'a.bin': written });
  });

  it('[R2] 500 files at once are one update', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`f${index}.txt`, `old ${index}`]),
    );
    const { at, told, nothingElse } = await watchFolder({});
    for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text);
    expect((await told(1))[0]).toHaveLength(500);
    await nothingElse(1);
  });

  it('[R2] a switch to another branch with 2,000 other files is one update', async () => {
    const { at, folder, told, updates, nothingElse } = await watchFolder({ 'a.txt': 'x' });
    const git = (...args: string[]): string =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
        cwd: folder,
        encoding: 'utf8',
      });
    git('init', '-q');
    for (let index = 0; index < 2_000; index++) {
      mkdirSync(at(`d${index % 40}`), { recursive: true });
      writeFileSync(at(`d${index % 40}/f${index}.txt`), `one ${index}`);
    }
    git('add', '.');
    git('commit', '-qm', 'one');
    git('checkout', '-qb', 'two');
    for (let index = 0; index < 2_000; index++)
      writeFileSync(at(`d${index % 40}/f${index}.txt`), `two, longer ${index}`);
    git('commit', '-qam', 'two');
    await delay(600);
    await vi.waitFor(
      () => expect(updates.flatMap(({ files }) => files).length).toBeGreaterThanOrEqual(2_000),
      15_000,
    );
    const before = updates.length;
    git('checkout', '-q', '-');
    const all = await told(before + 1);
    expect(all.slice(before).map((names) => names.length)).toEqual([2_000]);
    await nothingElse(before + 1);
  }, 60_000);

  it('[R2] saves every 150 ms for three seconds are told all along', async () => {
    const { at, updates } = await watchFolder({ 'a.txt': big });
    for (let round = 0; round < 20; round++) {
      writeFileSync(at('a.txt'), big + round);
      await delay(150);
    }
    await vi.waitFor(() => expect(updates.length).toBeGreaterThanOrEqual(18), 5_000);
    expect(updates.length).toBeLessThanOrEqual(20);
  });
});

describe('what is watched', () => {
  it('[R3] not dotfiles, droppings, node_modules and what git and globs ignore', async () => {
    const { at, write, nothingElse } = await watchFolder(
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
    await delay(300);
    expect(at('x')).toBeTruthy();
    await nothingElse(0);
  });

  it('[R3] what git ignores and what was served is watched; a changed .gitignore holds at once', async () => {
    const { write, told, url, nothingElse } = await watchFolder({ '.gitignore': 'dist/\n', 'a.txt': 'x' });
    write('dist/app.js', 'one');
    await (await fetch(new URL('/dist/app.js', url))).text();
    await delay(100);
    write('dist/app.js', 'two!');
    expect(await told(1)).toEqual([['dist/app.js']]);
    write('dist/other.js', 'x');
    await nothingElse(1);
    write('.gitignore', 'a.txt\n');
    await delay(300);
    write('a.txt', 'no longer watched unless served');
    write('dist/other.js', 'watched now');
    await vi.waitFor(async () => expect((await told(3)).flat()).toContain('dist/other.js'), 10_000);
  });

  it('[R3] a root that git ignores is watched', async () => {
    const { folder } = await watchFolder({ '.gitignore': 'dist/\n', 'dist/a.txt': 'x' });
    execFileSync('git', ['init', '-q'], { cwd: folder });
    const inner = await startReload({}, { folder: join(folder, 'dist') });
    writeFileSync(join(folder, 'dist/a.txt'), 'longer than before');
    await vi.waitFor(() => expect(inner.updates.map(({ files }) => files)).toEqual([['a.txt']]), 10_000);
  });

  it('[R3] a root that is deleted and made again, twice', async () => {
    const { folder, updates, at } = await watchFolder({ 'a.txt': 'x', 'sub/b.txt': 'x' });
    const count = (): number => updates.filter(({ files }) => files.includes('sub/b.txt')).length;
    const grows = async (change: () => void): Promise<void> => {
      const before = count();
      change();
      await vi.waitFor(() => expect(count()).toBe(before + 1), 10_000);
    };
    for (let round = 1; round <= 2; round++) {
      await grows(() => rmSync(folder, { recursive: true }));
      await grows(() => {
        mkdirSync(at('sub'), { recursive: true });
        writeFileSync(at('sub/b.txt'), `round ${round}`);
      });
      await grows(() => writeFileSync(at('sub/b.txt'), `round ${round}, again`));
    }
  });

  it('[R3] symlinks that loop or lead out end nothing', async () => {
    const { folder, at, told } = await watchFolder({ 'a.txt': 'x' });
    symlinkSync(folder, at('loop'));
    symlinkSync('/', at('out'));
    symlinkSync(at('nowhere'), at('broken'));
    await delay(200);
    writeFileSync(at('a.txt'), 'changed');
    await vi.waitFor(async () => expect((await told(1)).at(-1)).toEqual(['a.txt']), 10_000);
  });

  it('[R3] odd names', async () => {
    const names = [
      'with space.txt',
      'new\nline.txt',
      'ünïcödé 😀.txt',
      '__proto__',
      'constructor',
      '100%.txt',
      'quo\'te".txt',
    ];
    const { at, updates } = await watchFolder({});
    writeFileSync(Buffer.concat([Buffer.from(at('')), Buffer.from([0x2f, 0xff, 0xfe])]), 'not UTF-8');
    for (const name of names) writeFileSync(at(name), 'x');
    await vi.waitFor(
      () => expect(updates.flatMap(({ files }) => files)).toEqual(expect.arrayContaining(names)),
      10_000,
    );
  });
});
