import { describe, expect, it } from 'vitest';
import { findLocation } from '../../src/core/find-location.ts';

const any = (): boolean => true;

describe('places in the output of a command', () => {
  it.each([
    ['src/app.ts:3:5: error: x', { file: 'src/app.ts', line: 3, column: 5 }],
    ['src/app.ts(3,5): error TS1005: x', { file: 'src/app.ts', line: 3, column: 5 }],
    ['    at main (file:///app/src/app.js:10:20)', { file: '/app/src/app.js', line: 10, column: 20 }],
    ['    at /app/src/app.js:10:20', { file: '/app/src/app.js', line: 10, column: 20 }],
    ['  File "tools/app.py", line 7, in <module>', { file: 'tools/app.py', line: 7 }],
    ['PHP Parse error: x in /app/index.php on line 12', { file: '/app/index.php', line: 12 }],
    ['./main.go:4:2: undefined: x', { file: './main.go', line: 4, column: 2 }],
    ['C:\\app\\src\\a.ts:1:2', { file: 'C:\\app\\src\\a.ts', line: 1, column: 2 }],
    ['  src/site.scss 1:31  root stylesheet', { file: 'src/site.scss', line: 1, column: 31 }],
    ['Error: src/site.scss:9', { file: 'src/site.scss', line: 9 }],
  ])('[R10] %j has a place', (text, location) => {
    expect(findLocation(text, any)).toEqual(location);
  });

  it('[R10] a file that may not be shown is passed over', () => {
    const text = 'node_modules/x/index.js:1:1\nsrc/a.js:2:3';
    expect(findLocation(text, (file) => file.startsWith('src/'))).toEqual({
      file: 'src/a.js',
      line: 2,
      column: 3,
    });
  });

  it.each(['', 'failed', 'http://localhost:8080/', '12:30:11 done', 'a.b.c'])('[R10] %j has none', (text) => {
    expect(findLocation(text, () => false)).toBeUndefined();
  });

  it('[R10] a long output is searched in linear time', () => {
    const startedAt = performance.now();
    findLocation(`${'a.b:'.repeat(400)}\n`.repeat(20), () => false);
    findLocation(`${'in '.repeat(600)}\n`.repeat(20), () => false);
    findLocation(`${'a.b'.repeat(600)}\n`.repeat(20), () => false);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});
