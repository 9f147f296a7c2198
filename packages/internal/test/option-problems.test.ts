import { expect, it } from 'vitest';
import { describeProblems, problemsOfIssues } from '../src/option-problems.ts';

it('[C11] problems have the dotted path of what a schema has found', () => {
  const issues = [
    { message: 'must be text', path: [{ key: 'sites' }, { key: 0 }, { key: 'name' }] },
    { message: 'must be an object' },
  ];
  expect(problemsOfIssues(issues)).toEqual([
    { path: 'sites[0].name', message: 'must be text' },
    { path: '', message: 'must be an object' },
  ]);
  expect(problemsOfIssues(undefined)).toEqual([]);
});

it('[C11] the text names each problem by its path, on one line', () => {
  const problems = [
    { path: 'port', message: 'must be a number' },
    { path: '', message: 'name a folder' },
  ];
  expect(describeProblems(problems)).toBe('port must be a number; name a folder');
});
