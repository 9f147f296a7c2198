import { describe, expect, it } from 'vitest';
import { createFakeClock } from '@live-online/internal/testing/fake-clock';
import { FeedbackLoops, type LoopDecision, type NamedFile } from '../../src/core/feedback-loops.ts';

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
    /** Publishes a change, at once or after a pause, and loads the page again. */
    change(name: string, kind: NamedFile['kind'] = 'changed'): LoopDecision {
      const decision = loops.recordChange({ name, kind });
      if (decision === 'skip' || typeof decision === 'object') return decision;
      if (decision === 'hold') {
        clock.advance(1_500);
        loops.endTrials();
      }
      loops.recordUpdate([name], true);
      clock.advance(30);
      load();
      return decision;
    },
  };
}

describe('what is set aside', () => {
  it('[R11] a file that changes after the request of another one, and again after its own reloads, also after a pause', () => {
    const { change, loops } = setUp();
    expect(change('index.php')).toBe('publish');
    expect(change('debug.log')).toBe('publish');
    for (let trial = 0; trial < 3; trial++) expect(change('debug.log')).toBe('hold');
    expect(change('debug.log')).toEqual({ glob: 'debug.log' });
    expect(change('debug.log')).toBe('skip');
    expect(loops.isSetAside('debug.log')).toBe(true);
    expect(loops.isSetAside('index.php')).toBe(false);
  });

  it('[R11] a file that has caused all requests itself, after eight times and three pauses', () => {
    const { change } = setUp();
    for (let round = 0; round < 8; round++) expect(change('data/[a].db')).toBe('publish');
    for (let trial = 0; trial < 3; trial++) expect(change('data/[a].db')).toBe('hold');
    expect(change('data/[a].db')).toEqual({ glob: String.raw`data/\[a\].db` });
  });

  it('[R11] new files with other names at each request, with their folder', () => {
    const { change, loops } = setUp();
    change('index.php');
    const decisions = [1, 2, 3, 4, 5, 6, 7].map((round) => change(`cache/${round}/page.html`, 'added'));
    expect(decisions.slice(0, 3)).toEqual(['publish', 'publish', 'publish']);
    expect(decisions.slice(3)).toEqual(['hold', 'hold', 'hold', { glob: 'cache/**/*.html' }]);
    expect(loops.isSetAside('cache/9/page.html')).toBe(true);
    expect(loops.isSetAside('cache/9/page.css')).toBe(false);
    expect(loops.isSetAside('page.html')).toBe(false);
  });
});

describe('changes that answer no request of a document', () => {
  it.each([
    ['begin the count again', false, 'publish'],
    ['do not count if they answer another request', true, 'hold'],
  ])('[R11] %s', (_what, isOther, decision) => {
    const { change, loops, pass } = setUp();
    change('index.php');
    change('debug.log');
    pass(600);
    if (isOther) loops.recordRequest(false)();
    expect(change('debug.log')).toBe('publish');
    expect(change('debug.log')).toBe(decision);
  });

  it('[R11] answers that are 10 s apart are not in a row', () => {
    const { change, loops, pass } = setUp();
    change('index.php');
    change('debug.log');
    pass(10_001);
    loops.recordRequest(false)();
    for (let round = 0; round < 4; round++) expect(change('debug.log')).toBe('publish');
  });
});

describe('what is not set aside', () => {
  it('[R11] a file that a person saves, however often, more than half a second after each load', () => {
    const { change, pass } = setUp();
    for (let round = 0; round < 20; round++) {
      expect(change('index.php')).toBe('publish');
      pass(501);
    }
  });

  it('[R11] a file that a person saves after another one, and again later', () => {
    const { change, pass } = setUp();
    change('a.php');
    expect(change('b.php')).toBe('publish');
    pass(2_000);
    expect(change('b.php')).toBe('publish');
    change('a.php');
    expect(change('b.php')).toBe('publish');
  });

  it('[R11] a file that is written at each request, and causes no reload', () => {
    const { change, loops, load } = setUp();
    for (let round = 0; round < 5; round++) {
      change('index.php');
      expect(loops.recordChange({ name: 'app.css', kind: 'changed' })).toBe('publish');
      loops.recordUpdate(['app.css'], false);
      load();
    }
  });

  it('[R11] two writes in answer to one request count once', () => {
    const { change, loops } = setUp();
    change('index.php');
    for (let round = 0; round < 3; round++)
      expect(loops.recordChange({ name: 'debug.log', kind: 'changed' })).toBe('publish');
  });
});
