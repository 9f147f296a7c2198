import { expect, it } from 'vitest';
import { pathOf } from '../../src/http/request-path.ts';

it.each([
  ['/a/b?c#d', '/a/b'],
  ['http://other.example:80/a?b', '/a'],
  ['HTTPS://other.example', '/'],
  ['http://other.example?a', '/'],
  ['*', '*'],
  [undefined, '/'],
])('[R8] the path of the target %s is %s', (url, expected) => {
  expect(pathOf({ url })).toBe(expected);
});
