import { expect, it } from 'vitest';
import { createIgnoreRules } from '../../src/files/watch/ignore-rules.ts';
import { makeFolder } from '../helpers/reload-server.ts';

it('[R3] rules apply in each of many folders, also when they are not cached any more', () => {
  const { folder } = makeFolder({ '.gitignore': '*.log\n', 'a/0/.gitignore': '!0.log\n' });
  const rules = createIgnoreRules(folder, []);
  const ignoredFolders = (): number[] =>
    Array.from({ length: 1_500 }, (_, index) => index).filter((index) =>
      rules.ignores(`${folder}/a/${index}/0.log`, false),
    );
  const expected = Array.from({ length: 1_499 }, (_, index) => index + 1);
  expect([ignoredFolders(), ignoredFolders()]).toEqual([expected, expected]);
  expect(rules.ignores(`${folder}/a/0/0.txt`, false)).toBe(false);
});
