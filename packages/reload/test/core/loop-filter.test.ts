import { describe, expect, it } from 'vitest';
import { createFakeClock } from '@live-online/internal/testing/fake-clock';
import { FeedbackLoops, type NamedFile } from '../../src/core/feedback-loops.ts';
import { LoopFilter } from '../../src/core/loop-filter.ts';

interface Options {
  /** How long a response takes, in ms. */
  responseMs?: number;
  /** How long commands run before an update, in ms. */
  buildMs?: number;
  /** What the backend writes at each request. */
  writes?: (request: number) => NamedFile[];
}

/** A page that loads again 30 ms after each update, from a backend that may write files. */
function setUp({ responseMs = 20, buildMs = 0, writes = () => [] }: Options = {}) {
  const clock = createFakeClock();
  const loops = new FeedbackLoops(clock);
  const updates: string[][] = [];
  const warnings: string[] = [];
  let requests = 0;
  const load = (): void => {
    const end = loops.recordRequest();
    clock.schedule(() => {
      end();
      const files = writes(++requests);
      if (files.length > 0) clock.schedule(() => files.forEach(change), 10);
    }, responseMs);
  };
  const filter = new LoopFilter({
    loops,
    clock,
    nameOf: (path) => path,
    isExempt: ({ path }) => path === 'shown.html',
    onChanges(changes) {
      if (changes.length === 0) return;
      clock.schedule(() => {
        const names = changes.map(({ path }) => path);
        updates.push(names);
        loops.recordUpdate(names, true);
        clock.schedule(load, 30);
      }, buildMs);
    },
    onWarning: (text) => warnings.push(/--ignore '(.*)'/.exec(text)![1]!),
  });
  const change = ({ name, kind }: NamedFile): void => filter.handle([{ path: name, kind }]);
  return {
    loops,
    clock,
    updates,
    warnings,
    requests: () => requests,
    filter,
    save: (name: string, kind: NamedFile['kind'] = 'changed'): void => change({ name, kind }),
  };
}

const log = (): NamedFile[] => [{ name: 'debug.log', kind: 'changed' }];

describe('a backend that writes a file at each request', () => {
  it.each([
    [20, 0],
    [2_000, 0],
    // Longer than the time after which answers are not in a row.
    [20, 15_000],
  ])('[R11] is set aside after few reloads: responses of %d ms, builds of %d ms', (responseMs, buildMs) => {
    const { save, clock, updates, warnings } = setUp({ writes: log, responseMs, buildMs });
    save('index.php');
    clock.advance(200_000);
    expect(warnings).toEqual(['debug.log']);
    expect(updates).toEqual([['index.php'], ...Array.from({ length: 4 }, () => ['debug.log'])]);
    for (let round = 0; round < 5; round++) {
      save('index.php');
      clock.advance(20_000);
    }
    expect(updates.slice(5)).toEqual(Array.from({ length: 5 }, () => ['index.php']));
  });

  it('[R11] comes back when it is saved after a pause, and is set aside again after one reload', () => {
    let isLogging = true;
    const { save, clock, updates, warnings } = setUp({ writes: () => (isLogging ? log() : []) });
    save('index.php');
    clock.advance(20_000);
    const before = updates.length;
    save('debug.log');
    clock.advance(20_000);
    expect(updates.slice(before)).toEqual([['debug.log'], ['debug.log']]);
    isLogging = false;
    const then = updates.length;
    save('debug.log');
    clock.advance(20_000);
    save('debug.log');
    clock.advance(20_000);
    expect(updates.slice(then)).toEqual([['debug.log'], ['debug.log']]);
    expect(warnings).toEqual(['debug.log']);
  });

  it('[R11] whose file also changes between requests is set aside for good at last', () => {
    const { save, clock, updates } = setUp({ writes: log });
    save('index.php');
    for (let round = 0; round < 10; round++) {
      clock.advance(20_000);
      save('debug.log');
    }
    clock.advance(20_000);
    expect(updates.length).toBeLessThan(13);
  });

  it('[R11] with a new name each time: its folder is set aside', () => {
    const writes = (request: number): NamedFile[] => [{ name: `cache/${request}/page.html`, kind: 'added' }];
    const { save, clock, updates, warnings, loops } = setUp({ writes });
    save('index.php');
    clock.advance(60_000);
    expect(warnings).toEqual(['cache/**/*.html']);
    expect(updates.length).toBeLessThan(9);
    expect(loops.isSetAside('cache/9/page.html')).toBe(true);
    expect(loops.isSetAside('cache/9/page.css')).toBe(false);
  });
});

describe('a person who saves quickly', () => {
  const every = (from: number, to: number): number[] =>
    Array.from({ length: (to - from) / 50 + 1 }, (_, index) => from + index * 50);

  it.each([20, 300, 1_000, 2_000])('[R11] never saves in vain, with responses of %d ms', (responseMs) => {
    for (const intervalMs of every(100, 3_000)) {
      const { save, clock, updates, warnings } = setUp({ responseMs });
      save('a.php');
      for (let round = 0; round < 40; round++) {
        clock.advance(intervalMs);
        save('b.php');
      }
      const before = updates.length;
      save('b.php');
      clock.advance(5_000);
      expect(warnings, `every ${intervalMs} ms`).toEqual([]);
      expect(updates.length, `every ${intervalMs} ms`).toBeGreaterThan(before);
      expect(before, `every ${intervalMs} ms`).toBeGreaterThan(5);
    }
  });

  it('[R11] sees what is held at once when the file changes again in the pause', () => {
    const { save, clock, updates } = setUp();
    save('a.php');
    for (let round = 0; round < 2; round++) {
      clock.advance(60);
      save('b.php');
    }
    clock.advance(700);
    expect(updates).toEqual([['a.php'], ['b.php']]);
    save('b.php');
    clock.advance(1);
    expect(updates.slice(2)).toEqual([['b.php']]);
  });
});

describe('the filter', () => {
  it('[R11] passes what pages show, and more than 50 files at once', () => {
    const many = Array.from({ length: 51 }, (_, index) => ({
      path: `${index}.js`,
      kind: 'changed' as const,
    }));
    const { filter, clock, updates, warnings } = setUp();
    for (let round = 0; round < 12; round++) {
      filter.handle([{ path: 'shown.html', kind: 'changed' }]);
      clock.advance(60);
      filter.handle(many);
      clock.advance(60);
    }
    expect(updates.map((names) => names.length)).toEqual(
      Array.from({ length: 24 }, (_, index) => (index % 2 ? 51 : 1)),
    );
    expect(warnings).toEqual([]);
  });
});

it('[R11] what is held is published with a later change of the same file, once', () => {
  const { save, clock, updates, filter } = setUp({ writes: (request) => (request < 3 ? log() : []) });
  save('index.php');
  clock.advance(150);
  expect(updates).toEqual([['index.php'], ['debug.log']]);
  const held = updates.length;
  const files = Array.from({ length: 60 }, (_, index) => ({
    path: `src/${index}.js`,
    kind: 'changed' as const,
  }));
  filter.handle([...files, { path: 'debug.log', kind: 'removed' }]);
  clock.advance(5_000);
  const later = updates
    .slice(held)
    .flat()
    .filter((name) => name === 'debug.log');
  expect(later).toEqual(['debug.log']);
});

it('[R11] a filter that is closed holds nothing', () => {
  const { clock, filter, save, updates } = setUp();
  filter.close();
  save('index.php');
  expect([updates, clock.planned]).toEqual([[], 0]);
});
