import { describe, expect, it } from 'vitest';
import { debounceFiles } from '../helpers/debounced-files.ts';

const KNOWN = { page: 10_000, style: 300, script: 300 };

/** Files that are evidently complete, of which some were saved before, one at a time. */
async function savedBefore(
  paths: string[],
  { isComplete = (): boolean => true, ...options }: Parameters<typeof debounceFiles>[1] = {},
) {
  const files = debounceFiles(KNOWN, { isComplete, ...options });
  let size = 0;
  for (const path of paths) {
    files.write(path, KNOWN[path as keyof typeof KNOWN] + ++size);
    await files.pass(1_000);
  }
  const before = files.batches.length;
  /** What was reported since then; times are those since `sinceMs`. */
  const since = (sinceMs: number) =>
    files.batches.slice(before).map(({ atMs, paths: names }) => [names.join(' '), atMs - sinceMs]);
  return { ...files, since, startMs: paths.length * 1_000 };
}

describe('a save that is evidently complete', () => {
  it('[R2] is reported after 2 ms if the last save of the file was isolated', async () => {
    const { write, pass, since, startMs } = await savedBefore(['page']);
    write('page', 10_050);
    await pass(1);
    expect(since(startMs)).toEqual([]);
    await pass(200);
    expect(since(startMs)).toEqual([['page', 2]]);
  });

  it('[R2] is reported after 2 ms each time', async () => {
    const { write, pass, since, startMs } = await savedBefore(['page']);
    for (let round = 0; round < 3; round++) {
      write('page', 10_050 + round);
      await pass(200);
    }
    expect(since(startMs).map(([, atMs]) => atMs)).toEqual([2, 202, 402]);
  });

  it('[R2] is reported after 2 ms if it was renamed into place', async () => {
    const { rename, pass, since, startMs } = await savedBefore(['page']);
    rename('page', 10_050);
    await pass(200);
    expect(since(startMs)).toEqual([['page', 2]]);
  });

  it('[R2] is reported after the usual quiet period if the file was not saved before', async () => {
    const { write, pass, since } = await savedBefore([]);
    write('page', 10_050);
    await pass(200);
    expect(since(0)).toEqual([['page', 10]]);
  });

  it('[R2] is reported after the usual quiet period if that was set to a longer one', async () => {
    const { write, pass, since, startMs } = await savedBefore(['page'], { debounceMs: 50 });
    write('page', 10_050);
    await pass(200);
    expect(since(startMs)).toEqual([['page', 50]]);
  });

  it('[R5] is waited for as usual if its content does not show that it is complete', async () => {
    const { write, pass, since, startMs } = await savedBefore(['page'], { isComplete: () => false });
    write('page', 10_050);
    await pass(200);
    expect(since(startMs)).toEqual([['page', 10]]);
  });

  it.each([
    ['empty', 0],
    ['much shorter than before', 5_000],
    ['cut where a buffer ends', 8_192],
    ['much longer than before', 52_001],
  ])('[R5] is waited for as long as any other if it is %s', async (_name, size) => {
    const { write, pass, since, batches, startMs } = await savedBefore(['page']);
    write('page', size);
    await pass(100);
    expect(since(startMs)).toEqual([]);
    write('page', 10_050);
    await pass(300);
    expect(since(startMs)).toHaveLength(1);
    expect(batches.at(-1)!.sizes).toEqual([10_050]);
  });

  it('[R5] is waited for as usual if it may be a new beginning before an old end', async () => {
    const { write, rename, pass, since, startMs } = await savedBefore(['page']);
    write('page', 10_001);
    await pass(200);
    expect(since(startMs)).toEqual([['page', 10]]);
    rename('page', 10_001);
    await pass(200);
    expect(since(startMs + 200).at(-1)).toEqual(['page', 2]);
  });

  it('[R2] is one update with a pause between truncating and writing', async () => {
    const { write, pass, since, batches, startMs } = await savedBefore(['page']);
    write('page', 0);
    await pass(3);
    write('page', 10_050);
    await pass(200);
    expect(since(startMs)).toEqual([['page', 13]]);
    expect(batches.at(-1)!.sizes).toEqual([10_050]);
  });

  it('[R2] is one update with a second write within the usual quiet period, from the second such save on', async () => {
    const { write, pass, since } = await savedBefore(['page']);
    const counts: number[] = [];
    for (let round = 0; round < 4; round++) {
      const before = since(0).length;
      write('page', 10_050);
      await pass(6);
      write('page', 10_060);
      await pass(300);
      counts.push(since(0).length - before);
    }
    expect(counts).toEqual([2, 1, 1, 1]);
  });
});

describe('a save of several files', () => {
  it('[R2] is one update if their events follow each other at once', async () => {
    const { write, pass, since, startMs } = await savedBefore(['page', 'style', 'script']);
    write('page', 10_050);
    write('style', 310);
    await pass(1);
    write('script', 310);
    await pass(200);
    expect(since(startMs)).toEqual([['page script style', 11]]);
  });

  it('[R2] has the usual quiet period from the second changed file on', async () => {
    const { write, pass, since, startMs } = await savedBefore(['page', 'style', 'script']);
    write('page', 10_050);
    await pass(1);
    write('style', 310);
    await pass(9);
    write('script', 310);
    await pass(200);
    expect(since(startMs)).toEqual([['page script style', 20]]);
  });

  it('[R2] is one update, whatever their gaps within the quiet period, if they were saved together before', async () => {
    const { write, pass, since, startMs } = await savedBefore(['page', 'style']);
    // The first time, nothing shows that they belong together.
    for (const size of [310, 320, 330]) {
      write('page', 10_000 + size);
      await pass(8);
      write('style', size);
      await pass(992);
    }
    expect(since(startMs)).toEqual([
      ['page', 2],
      ['style', 18],
      ['page style', 1_018],
      ['page style', 2_018],
    ]);
  });

  it('[R2] counts as one if another file changes within 125 ms before or after', async () => {
    const { write, pass, since, startMs } = await savedBefore(['page', 'style']);
    write('page', 10_050);
    await pass(120);
    write('style', 310);
    await pass(880);
    write('page', 10_060);
    await pass(1_000);
    write('style', 320);
    await pass(1_000);
    expect(since(startMs)).toEqual([
      ['page', 2],
      ['style', 130],
      ['page', 1_010],
      ['style', 2_010],
    ]);
  });
});
