import { expect, it } from 'vitest';
import { isSameSecret } from '../src/same-secret.ts';

it.each([
  ['a', 'a', true],
  ['a', 'b', false],
  ['', 'a', false],
  ['a', 'aa', false],
  ['ä', 'a\u0308', false],
])('[C11] "%s" and "%s" are the same secret: %s', (sent, secret, same) => {
  expect(isSameSecret(sent, secret)).toBe(same);
});
