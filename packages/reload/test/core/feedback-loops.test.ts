import { describe, expect, it } from 'vitest';
import { createFakeClock } from '@live-online/internal/testing/fake-clock';
import { FeedbackLoops, type NamedFile } from '../../src/core/feedback-loops.ts';

/** A page that loads again 30 ms after each update, from a backend that responds after 20 ms. */
function setUp() {
  const clock = createFakeClock();
  const loops = new FeedbackLoops(clock);
  const load = (): void => {
    const end = loops.recordRequest();
    clock.advance(20);
    end();
  };
  return {
    loops,
    load,
    pass: clock.advance,
    /** Publishes a change, if it is not set aside, and loads the page again. */
    change(name: string, kind: NamedFile['kind'] = 'changed'): string | undefined {
      const glob = loops.isSetAside(name) ? undefined : loops.recordChange({ name, kind });
      if (loops.isSetAside(name)) return glob;
      loops.recordUpdate([name], true);
      clock.advance(30);
      load();
      return glob;
    },
  };
}

describe('what is set aside', () => {
  it('[R11] a file that changes after the request of another one, and again after its own', () => {
    const { change, loops } = setUp();
    expect(change('index.php')).toBeUndefined();
    expect(change('debug.log')).toBeUndefined();
    expect(change('debug.log')).toBe('debug.log');
    expect(loops.isSetAside('debug.log')).toBe(true);
    expect(loops.isSetAside('index.php')).toBe(false);
  });

  it('[R11] a file that has caused all requests itself, at the eighth time', () => {
    const { change } = setUp();
    for (let round = 0; round < 8; round++) expect(change('data/[a].db')).toBeUndefined();
    expect(change('data/[a].db')).toBe(String.raw`data/\[a\].db`);
  });

  it('[R11] new files with other names at each request, with their folder', () => {
    const { change, loops } = setUp();
    change('index.php');
    const globs = [1, 2, 3, 4].map((round) => change(`cache/${round}/page.html`, 'added'));
    expect(globs).toEqual([undefined, undefined, undefined, 'cache/**/*.html']);
    expect(loops.isSetAside('cache/9/page.html')).toBe(true);
    expect(loops.isSetAside('cache/9/page.css')).toBe(false);
    expect(loops.isSetAside('page.html')).toBe(false);
  });
});

describe('changes that answer no request of a document', () => {
  it.each([
    ['begin the count again', false, undefined],
    ['do not count if they answer another request', true, 'debug.log'],
  ])('[R11] %s', (_what, isOther, glob) => {
    const { change, loops, pass } = setUp();
    change('index.php');
    change('debug.log');
    pass(600);
    if (isOther) loops.recordRequest(false)();
    expect(change('debug.log')).toBeUndefined();
    expect(change('debug.log')).toBe(glob);
  });

  it('[R11] answers that are 10 s apart are not in a row', () => {
    const { change, loops, load, pass } = setUp();
    change('index.php');
    change('debug.log');
    pass(10_001);
    loops.recordUpdate(['debug.log'], true);
    load();
    expect(change('debug.log')).toBeUndefined();
  });
});

describe('what is not set aside', () => {
  it('[R11] a file that a person saves, however often, more than half a second after each load', () => {
    const { change, pass } = setUp();
    for (let round = 0; round < 20; round++) {
      expect(change('index.php')).toBeUndefined();
      pass(501);
    }
  });

  it('[R11] a file that a person saves after another one, and again later', () => {
    const { change, pass } = setUp();
    change('a.php');
    expect(change('b.php')).toBeUndefined();
    pass(2_000);
    expect(change('b.php')).toBeUndefined();
    change('a.php');
    expect(change('b.php')).toBeUndefined();
  });

  it('[R11] a file that is written at each request, and causes no reload', () => {
    const { change, loops, load } = setUp();
    for (let round = 0; round < 5; round++) {
      change('index.php');
      expect(loops.recordChange({ name: 'app.css', kind: 'changed' })).toBeUndefined();
      loops.recordUpdate(['app.css'], false);
      load();
    }
  });

  it('[R11] two writes in answer to one request count once', () => {
    const { change, loops } = setUp();
    change('index.php');
    for (let round = 0; round < 3; round++)
      expect(loops.recordChange({ name: 'debug.log', kind: 'changed' })).toBeUndefined();
  });
});
