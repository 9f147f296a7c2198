import { describe, expect, it } from 'vitest';
import { CommandTriggers } from '../../src/core/command-triggers.ts';

function create({ explicit = false, matches = (_path: string): boolean => true } = {}) {
  const loops: string[] = [];
  const triggers = new CommandTriggers({ explicit, matches, onLoop: (path) => loops.push(path) });
  const changed = (path: string, duringRun = false) => triggers.decide({ path, kind: 'changed' }, duringRun);
  return { triggers, loops, changed };
}

describe('what runs a command', () => {
  it('[R9] a file that does not match is unrelated', () => {
    const { changed } = create({ matches: (path) => path === 'a' });
    expect([changed('a'), changed('b'), changed('b', true)]).toEqual(['run', 'unrelated', 'unrelated']);
  });

  it('[R9] a file with a glob of its own ends the run and starts the next one', () => {
    expect(create({ explicit: true }).changed('a', true)).toBe('run');
  });

  it('[R9] without globs, a file that has changed outside of runs is a source', () => {
    const { changed } = create();
    changed('a.js');
    expect(changed('a.js', true)).toBe('run');
  });

  it('[R9] without globs, a file that changes only during runs causes one more run, once', () => {
    const { changed } = create();
    expect([changed('o.css', true), changed('o.css', true)]).toEqual(['run-after', 'output']);
  });

  it('[R9] without globs, a file that is created or deleted during a run is output', () => {
    const { triggers } = create();
    expect(triggers.decide({ path: 'app-1a2b.js', kind: 'added' }, true)).toBe('output');
    expect(triggers.decide({ path: 'app-0f0f.js', kind: 'removed' }, true)).toBe('output');
  });

  it('[R9] without globs, a source that browsers do not read ends the run', () => {
    const { changed } = create();
    expect([changed('a.scss', true), changed('o.css.map', true)]).toEqual(['run', 'run-after']);
  });

  it('[R9] a source that the command itself writes does not run it for ever, and is named once', () => {
    const { changed, loops } = create({ explicit: true });
    changed('a.ts');
    const decisions = Array.from({ length: 25 }, () => changed('a.ts', true));
    expect(decisions).toContain('run');
    expect(decisions.slice(-5)).toEqual(Array.from({ length: 5 }, () => 'output'));
    expect(loops).toEqual(['a.ts']);
    expect(changed('a.ts')).toBe('run');
  });
});
