import { expect, it } from 'vitest';
import { closestWord } from '../src/closest-word.ts';

const words = ['port', 'proxy', 'debounce', 'serve-command', 'on'];

it.each([
  ['prot', 'port'],
  ['por', 'port'],
  ['prox', 'proxy'],
  ['debounceMs', 'debounce'],
  ['serve-comand', 'serve-command'],
  ['Port', 'port'],
  ['p', undefined],
  ['nonsense', undefined],
  ['', undefined],
])('[C11] %j is probably %j', (typed, word) => {
  expect(closestWord(typed, words)).toBe(word);
});
