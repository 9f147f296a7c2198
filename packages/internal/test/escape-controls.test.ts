import { expect, it } from 'vitest';
import { escapeControls } from '../src/escape-controls.ts';

it.each([
  ['a\u001b[2J.txt', 'a\\u001b[2J.txt'],
  ['\u009b2J', '\\u009b2J'],
  ['a\u202etxt.exe', 'a\\u202etxt.exe'],
  ['line\u2028break', 'line\\u2028break'],
  ['\ud800', '\\ud800'],
  ['\u{e0001}', '\\udb40\\udc01'],
  ['größe "1" \\ 😀.txt', 'größe "1" \\ 😀.txt'],
])('[R1] %j is printed without control characters', (text, expected) => {
  expect(escapeControls(text)).toBe(expected);
});
