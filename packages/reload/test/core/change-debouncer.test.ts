import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { debounceFiles as setUp } from '../helpers/debounced-files.ts';

it('[R2] files of one burst are one update, also if their events keep the process busy for a second', async () => {
  const { rename, spend, pass, batches } = setUp({ a: 100, b: 100 });
  rename('a', 101);
  spend(1_200);
  rename('b', 101);
  await pass(100);
  expect(batches.map(({ paths }) => paths)).toEqual([['a', 'b']]);
});

it('[R30] a batch names the time of its first event, also if its files are reported much later', async () => {
  const { write, pass, spend, batches, since } = setUp({ a: 100, b: 100 });
  await pass(5);
  write('a', 101);
  spend(1_200);
  write('b', 102);
  await pass(100);
  expect(batches.map(({ paths }) => paths)).toEqual([['a', 'b']]);
  expect(since).toEqual([5]);
});

describe('one save', () => {
  it('[R2] in place is reported when the quiet period has passed', async () => {
    const { write, pass, batches } = setUp({ a: 100 });
    write('a', 101);
    await pass(9);
    expect(batches).toEqual([]);
    await pass(5);
    expect(batches).toMatchObject([{ paths: ['a'] }]);
    expect(batches[0]!.atMs).toBeLessThanOrEqual(12);
  });

  it('[R2] two writes in a row are one update', async () => {
    const { write, pass, batches } = setUp({ a: 100, b: 100 });
    write('a', 101);
    await pass(8);
    write('b', 102);
    await pass(8);
    write('a', 103);
    await pass(200);
    expect(batches).toMatchObject([{ paths: ['a', 'b'], sizes: [103, 102] }]);
  });

  it.each([
    ['after 0 ms', 0],
    ['after 30 ms', 30],
    ['after 90 ms', 90],
  ])(
    '[R2] a temporary file of any name that is renamed into place %s holds nothing back',
    async (_when, ms) => {
      const { write, rename, remove, pass, batches } = setUp({ 'index.html': 100 });
      write('index.html~tmp', 110);
      await pass(ms);
      expect(batches).toEqual([]);
      rename('index.html', 110);
      remove('index.html~tmp');
      await pass(13);
      expect(batches.map(({ paths }) => paths)).toEqual([['index.html', 'index.html~tmp']]);
    },
  );

  it('[R2] a file that is renamed into place is complete, whatever its length', async () => {
    const { rename, pass, batches } = setUp({ a: 100_000 });
    rename('a', 8_192);
    await pass(14);
    expect(batches).toHaveLength(1);
  });

  it.each<[string, number | undefined, number]>([
    ['empty', 100, 0],
    ['much shorter than before', 100_000, 5_000],
    ['cut where a buffer ends', 100_000, 98_304],
    ['new', undefined, 100],
    ['much longer than before', 2_000, 52_001],
  ])('[R5] a file that is %s is waited for', async (_name, known, size) => {
    const { write, pass, batches } = setUp(known === undefined ? {} : { a: known });
    write('a', size);
    await pass(100);
    expect(batches).toEqual([]);
    write('a', 100_001);
    await pass(300);
    expect(batches).toMatchObject([{ sizes: [100_001] }]);
  });

  it('[R5] a writer that pauses for 100 ms again and again is one update, when it is done', async () => {
    const { write, pass, batches } = setUp({ a: 1_000_000 });
    for (let size = 50_001; size <= 1_000_020; size += 50_001) {
      write('a', size);
      await pass(100);
    }
    expect(batches).toEqual([]);
    await pass(100);
    expect(batches).toMatchObject([{ paths: ['a'] }]);
    expect(batches[0]!.sizes[0]).toBeGreaterThan(950_000);
  });

  it.each([undefined, 5_000_000])(
    '[R5] a writer that pauses for the first time after the cap is waited for (%s bytes before)',
    async (known) => {
      const { write, pass, batches } = setUp(known === undefined ? {} : { a: known });
      for (let size = 1_001; size <= 1_000_000; size += 1_001) {
        write('a', size);
        await pass(size % 600 === 0 ? 90 : 2);
      }
      await pass(300);
      expect(batches).toMatchObject([{ sizes: [999_999] }]);
    },
  );

  it('[R5] a file that changes again right after it was reported is waited for', async () => {
    const { write, pass, batches } = setUp({ a: 1_000 });
    for (let size = 1_010; size < 1_100; size += 10) {
      write('a', size);
      await pass(40);
    }
    await pass(300);
    expect(batches.length).toBeLessThanOrEqual(2);
    expect(batches.at(-1)).toMatchObject({ sizes: [1_090] });
  });

  it('[R2] deleting and creating again is one update; deleting for good is reported as well', async () => {
    const { write, remove, pass, batches } = setUp({ a: 100 });
    remove('a');
    await pass(100);
    write('a', 90);
    await pass(300);
    expect(batches).toMatchObject([{ paths: ['a'], sizes: [90] }]);
    remove('a');
    await pass(300);
    expect(batches[1]).toMatchObject({ paths: ['a'], sizes: [undefined] });
  });

  it('[R2] many files, with the gaps of a busy machine, are one update', async () => {
    const known = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`f${index}`, 100]));
    const { write, pass, batches } = setUp(known);
    for (const path of Object.keys(known)) write(path, 101);
    await pass(40);
    write('f0', 102);
    await pass(200);
    expect(batches).toHaveLength(1);
    expect(batches[0]!.paths).toHaveLength(50);
  });

  it.each([5, 9, 20, 50, 100, 150])('[R2] saves every %i ms are reported in time', async (gapMs) => {
    const { write, pass, batches } = setUp({ a: 100 });
    for (let time = 0; time < 5_000; time += gapMs) {
      write('a', 100 + (time % 7));
      await pass(gapMs);
    }
    const times = [0, ...batches.map(({ atMs }) => atMs), 5_000];
    // Saves without a pause are a writer at work; all others are reported in time.
    if (gapMs > 10)
      for (const [index, time] of times.slice(1).entries()) expect(time - times[index]!).toBeLessThan(1_200);
    await pass(300);
    expect(batches.length).toBeGreaterThan(0);
  });

  it('[R2] a file that grows for ever delays no other file', async () => {
    const { write, pass, batches } = setUp({ log: 100, page: 100 });
    for (let size = 200; size < 6_000; size += 100) {
      write('log', size);
      if (size === 3_000) write('page', 101);
      await pass(50);
    }
    const reported = batches.find(({ paths }) => paths.includes('page'));
    expect(reported).toBeDefined();
  });

  it('[R5] beside a file that grows for ever, no other file is reported half written, and one save is one update', async () => {
    const { write, pass, batches } = setUp({ log: 100, page: 500_000, style: 100, script: 100 });
    for (let size = 200; size < 6_000; size += 100) {
      write('log', size);
      if (size === 3_000) write('page', 65_536);
      if (size === 3_100) write('page', 131_072);
      if (size === 3_200) write('page', 500_100);
      if (size === 4_500) write('style', 101);
      await pass(5);
      if (size === 4_500) write('script', 101);
      await pass(45);
    }
    const reported = batches.filter(({ paths }) => !paths.includes('log'));
    expect(reported).toMatchObject([{ paths: ['page'], sizes: [500_100] }, { paths: ['script', 'style'] }]);
  });

  it('[R5] a request for a changing file waits until the file is stable', async () => {
    const { debouncer, write, pass, batches } = setUp({ a: 100 });
    let waited = false;
    await debouncer.whenStable('a');
    write('a', 0);
    void debouncer.whenStable('a').then(() => (waited = true));
    await pass(50);
    write('a', 120);
    await pass(8);
    expect(waited).toBe(false);
    await pass(200);
    expect([waited, batches.length]).toEqual([true, 1]);
  });

  it.each([
    ['files', 10, undefined],
    ['complete files', 2, (): boolean => true],
  ])(
    '[R2] any sequence of changes of %s is reported in time, once files are stable, and never while they change',
    async (_name, periodMs, isComplete) => {
      const step = fc.record({
        path: fc.constantFrom('a', 'b', 'c'),
        kind: fc.constantFrom('write', 'rename', 'remove'),
        size: fc.integer({ min: 0, max: 20_000 }),
        afterMs: fc.integer({ min: 0, max: 150 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
          const { write, rename, remove, pass, batches } = setUp(
            { a: 5_000, b: 300 },
            isComplete && { isComplete },
          );
          const last = new Map<string, { atMs: number; size: number | undefined }>();
          let nowMs = 0;
          for (const { path, kind, size, afterMs } of steps) {
            if (kind === 'write') write(path, size);
            else if (kind === 'rename') rename(path, size);
            else remove(path);
            last.set(path, { atMs: nowMs, size: kind === 'remove' ? undefined : size });
            await pass(afterMs);
            nowMs += afterMs;
          }
          await pass(1_500);
          for (const [path, { atMs, size }] of last) {
            const reported = batches.filter(({ paths }) => paths.includes(path)).at(-1)!;
            expect(reported.atMs).toBeGreaterThanOrEqual(atMs + periodMs);
            expect(reported.atMs).toBeLessThanOrEqual(atMs + 1_200);
            if (reported.paths.length === 1) expect(reported.sizes).toEqual([size]);
          }
          const count = batches.length;
          await pass(500);
          expect(batches.length).toBe(count);
        }),
        { numRuns: 60 },
      );
    },
    60_000,
  );
});
