import { execFileSync } from 'node:child_process';
import { closeSync, openSync, renameSync, unlinkSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { makeFolder, startReload } from '../helpers/reload-server.ts';
import { watchByFakeClock, watchFiles } from '../helpers/watched-files.ts';

const big = 'x'.repeat(5_000);

type Watched = Awaited<ReturnType<typeof watchByFakeClock>>;

/** Opens a file, which empties it. */
function openEmptied(path: string): number {
  const file = openSync(path, 'w');
  onTestFinished(() => closeSync(file));
  return file;
}

describe.each([
  ['by events', {}],
  ['by polling', { poll: true }],
])('saves, noticed %s', (_how, options) => {
  const saves: [string, (watched: Watched) => Promise<void>, number][] = [
    ['in place', ({ at, change }) => change(() => writeFileSync(at('a.txt'), big + 'y')), 5_001],
    [
      'by a temporary file and a rename',
      async ({ at, change }) => {
        writeFileSync(at('a.txt.tmp.123'), big + 'yy');
        await change(() => renameSync(at('a.txt.tmp.123'), at('a.txt')));
      },
      5_002,
    ],
    [
      'by truncating, a pause, and writing',
      async ({ at, change, pass }) => {
        const file = await change(() => openEmptied(at('a.txt')));
        await pass(100);
        await change(() => writeSync(file, big + 'yyy'));
      },
      5_003,
    ],
    [
      'by deleting, a pause, and creating again',
      async ({ at, change, pass }) => {
        await change(() => unlinkSync(at('a.txt')));
        await pass(100);
        await change(() => writeFileSync(at('a.txt'), big + 'yyyy'));
      },
      5_004,
    ],
    [
      'as vim does',
      ({ at, change }) =>
        change(() => {
          writeFileSync(at('4913'), '');
          unlinkSync(at('4913'));
          renameSync(at('a.txt'), at('a.txt~'));
          writeFileSync(at('a.txt'), big + 'yyyyy');
          unlinkSync(at('a.txt~'));
        }),
      5_005,
    ],
    ['by appending', ({ at, change }) => change(() => writeFileSync(at('a.txt'), 'z', { flag: 'a' })), 5_001],
  ];

  it.each(saves)('[R2] a save %s is one update, of the whole file', async (_name, save, length) => {
    const watched = await watchByFakeClock({ 'a.txt': big }, options);
    await save(watched);
    expect(await watched.reported(1)).toEqual([['a.txt']]);
    await watched.nothingElse(1);
    expect(watched.updates[0]!.lengths).toEqual({ 'a.txt': length });
  });

  it('[R3] a file that is renamed over ten times is seen each time', async () => {
    const { at, change, reported } = await watchByFakeClock({ 'a.txt': big }, options);
    for (let round = 1; round <= 10; round++) {
      writeFileSync(at('.new'), big + 'y'.repeat(round));
      await change(() => renameSync(at('.new'), at('a.txt')));
      expect(await reported(round)).toHaveLength(round);
    }
  });

  it('[R2] a touch, and a save that changes no byte, are no update', async () => {
    const { at, change, pass, nothingElse } = await watchByFakeClock({ 'a.txt': big }, options);
    const later = new Date(Date.now() + 9_000);
    await change(() => utimesSync(at('a.txt'), later, later));
    await pass(30);
    await change(() => writeFileSync(at('a.txt'), big));
    await nothingElse(0);
  });

  it('[R3] new folders, from their first file on, and folders that were moved in', async () => {
    const { folder, write, updates } = await startReload({ 'a.txt': big }, options);
    for (let round = 0; round < 20; round++) write(`n${round}/b/c/deep.txt`, 'x');
    const all = (): Set<string> => new Set(updates.flatMap(({ files }) => files));
    await vi.waitFor(() => expect([...all()].filter((name) => name.endsWith('deep.txt'))).toHaveLength(20));
    write('n3/b/c/deep.txt', 'changed, and longer');
    await vi.waitFor(() => expect(updates.at(-1)!.files).toEqual(['n3/b/c/deep.txt']));
    renameSync(makeFolder({ 'x.txt': 'x' }).folder, join(folder, 'moved'));
    await vi.waitFor(() => expect(all().has('moved/x.txt')).toBe(true));
  });
});

describe('slow writers', () => {
  const writers: [string, number, Record<string, string>][] = [
    ['an existing file, in pieces of a buffer', 65_536, { 'a.bin': 'x'.repeat(5_242_880) }],
    ['an existing file, in odd pieces', 50_001, { 'a.bin': 'x'.repeat(5_242_880) }],
    ['a new file, in odd pieces', 50_001, {}],
  ];
  /** How long the writer pauses before each piece, in ms: mostly not at all, sometimes long. */
  const pauseBefore = (piece: number): number => (piece < 4 || piece % 7 === 0 ? 100 : 2);

  it.each(writers)('[R5] %s: one update, when all is written', async (_name, length, files) => {
    const { at, change, pass, updates, reported, nothingElse } = await watchByFakeClock(files);
    const file = await change(() => openEmptied(at('a.bin')));
    const pieces = Math.ceil(5_000_000 / length);
    for (let piece = 0; piece < pieces; piece++) {
      await pass(pauseBefore(piece));
      await change(() => writeSync(file, 'y'.repeat(length)));
    }
    expect(await reported(1)).toEqual([['a.bin']]);
    await nothingElse(1);
    expect(updates[0]!.lengths).toEqual({ 'a.bin': pieces * length });
  });

  it('[R5] in real time: one update, and one more at most for each pause of over 100 ms', async () => {
    const { at, updates } = await watchFiles({ 'a.bin': 'x'.repeat(1_000_000) });
    const file = openEmptied(at('a.bin'));
    let longPauses = 0;
    for (let piece = 0; piece < 20; piece++) {
      const fromMs = performance.now();
      await delay(0.9 * pauseBefore(piece));
      writeSync(file, 'y'.repeat(50_001));
      // A busy machine makes some longer than they were meant to be.
      if (performance.now() - fromMs > 100) longPauses++;
    }
    await vi.waitFor(() => expect(updates.at(-1)?.lengths).toEqual({ 'a.bin': 1_000_020 }), 15_000);
    expect(updates.length).toBeLessThanOrEqual(1 + longPauses);
  });

  it('[R2] saves every 150 ms for three seconds are reported all along', async () => {
    const { at, updates, change, pass, nothingElse } = await watchByFakeClock({ 'a.txt': big });
    for (let round = 0; round < 20; round++) {
      expect(updates).toHaveLength(round);
      await change(() => writeFileSync(at('a.txt'), big + round));
      await pass(150);
    }
    await nothingElse(20);
  });
});

describe('many files', () => {
  type Reload = Pick<Awaited<ReturnType<typeof startReload>>, 'updates' | 'folder'>;

  /** How many files each update names, once they are `count` in all and no more follow. */
  async function sizes({ updates, folder }: Reload, count: number): Promise<number[]> {
    const all = (): string[] => updates.flatMap(({ files }) => files);
    await vi.waitFor(() => expect(all().length).toBeGreaterThanOrEqual(count));
    writeFileSync(join(folder, 'mark'), 'what is saved last is reported last');
    await vi.waitFor(() => expect(all()).toContain('mark'));
    return updates.map(({ files }) => files.length);
  }

  it('[R2] 500 files at once are one update', async () => {
    const started = await startReload({});
    for (let index = 0; index < 500; index++) started.write(`f${index}.txt`, `new ${index}`);
    expect(await sizes(started, 500)).toEqual([500, 1]);
  });

  it('[R2] a switch to another branch with 2,000 other files is one update', async () => {
    const { folder } = makeFolder();
    const git = (args: string[], input = ''): unknown =>
      execFileSync('git', args, { cwd: folder, input, stdio: ['pipe', 'pipe', 'ignore'] });
    const branch = (name: string): string => {
      const files = Array.from({ length: 2_000 }, (_, index) => {
        const text = `branch ${name}, file ${index}`;
        return `M 100644 inline d${index % 40}/f${index}.txt\ndata ${text.length}\n${text}\n`;
      });
      return `commit refs/heads/${name}\ncommitter T <t@example.org> 0 +0000\ndata 0\n${files.join('')}\n`;
    };
    git(['init', '-q']);
    git(['fast-import', '--quiet'], branch('one') + branch('other'));
    git(['checkout', '-q', 'one']);
    const { updates, indexed } = await startReload({}, { folder });
    // From now on, files are compared by their bytes.
    await indexed;
    git(['checkout', '-q', 'other']);
    expect(await sizes({ updates, folder }, 2_000)).toEqual([2_000, 1]);
  }, 60_000);
});
