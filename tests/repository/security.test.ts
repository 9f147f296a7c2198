import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { filesBelow } from '../helpers/files-below.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** The number of a promise, at the beginning of a row. */
const PROMISE = /^\| \*\*\[(SEC\d+)\]\*\*/;
const LINK = /\]\(([\w./-]+\.test\.ts)\)/g;

/** Each promise of SECURITY.md, with the files of its tests. */
function readPromises(): { number: string; files: string[] }[] {
  const rows = readFileSync(join(repository, 'SECURITY.md'), 'utf8').split('\n');
  return rows.flatMap((row) => {
    const number = PROMISE.exec(row)?.[1];
    return number ? [{ number, files: [...row.matchAll(LINK)].map(([, file]) => file!) }] : [];
  });
}

/** The numbers of promises that a test names. */
function numbersIn(path: string): Set<string> {
  return new Set(readFileSync(path, 'utf8').match(/\bSEC\d+\b/g));
}

describe('SECURITY.md', () => {
  const promises = readPromises();

  it('[docs] each promise has one number, and a test that attacks it', () => {
    const numbers = promises.map(({ number }) => number);
    expect(new Set(numbers).size).toBe(numbers.length);
    const untested = promises.flatMap(({ number, files }) =>
      files.length === 0
        ? [number]
        : files
            .filter((file) => !numbersIn(join(repository, file)).has(number))
            .map((file) => `${number}: ${file}`),
    );
    expect(untested).toEqual([]);
  });

  it('[docs] each number in the name of a test is a promise', () => {
    const known = new Set(promises.map(({ number }) => number));
    const tests = ['packages', 'tests'].flatMap((folder) =>
      filesBelow(join(repository, folder), /\.test\.ts$/),
    );
    const unknown = tests.flatMap((file) => [...numbersIn(file)].filter((number) => !known.has(number)));
    expect(unknown).toEqual([]);
  });
});
