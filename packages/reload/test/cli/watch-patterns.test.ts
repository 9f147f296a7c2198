import { describe, expect, it } from 'vitest';
import { joinBraces, restoreWatchArguments } from '../../src/cli/watch-patterns.ts';

const isFile = (path: string): boolean => path.endsWith('.php');

describe('globs of --watch', () => {
  it.each<[string, string[], string[], string[], string[]]>([
    [
      'files that the shell has found',
      ['--watch', 'a.php', 'b.php', 'c.php'],
      ['b.php', 'c.php'],
      ['a.php', 'b.php', 'c.php'],
      [],
    ],
    [
      'a folder to serve after them',
      ['--watch', 'a.php', 'b.php', 'site'],
      ['b.php', 'site'],
      ['a.php', 'b.php'],
      ['site'],
    ],
    [
      'a folder to serve before them',
      ['site', '--watch', 'src/a', 'src/b'],
      ['site', 'src/b'],
      ['src/a', 'src/b'],
      ['site'],
    ],
    ['one folder after a value', ['--watch', 'src', 'site'], ['site'], ['src'], ['site']],
    ['a glob that is excluded', ['--watch', 'src/**', '!src/tmp'], ['!src/tmp'], ['src/**', '!src/tmp'], []],
    ['quotes of Windows', ['--watch', "'src/**'"], [], ['src/**'], []],
  ])('[R3] %s', (_what, args, rest, watch, remaining) => {
    const given = args[args.indexOf('--watch') + 1]!;
    expect(restoreWatchArguments(args, { watch: [given], rest }, isFile)).toEqual({ watch, rest: remaining });
  });

  it('[R1] without --watch all arguments stay', () => {
    const given = { watch: undefined, rest: ['a.php', 'b.php'] };
    expect(restoreWatchArguments(given.rest, given, isFile)).toEqual(given);
  });

  it('[R3] a comma in braces divides no list', () => {
    expect(joinBraces(['a', 'src/*.{php', 'html}', '{b', 'c', '{d', 'e}}', 'f'])).toEqual([
      'a',
      'src/*.{php,html}',
      '{b,c,{d,e}}',
      'f',
    ]);
  });
});
