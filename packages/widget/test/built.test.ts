import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { measureSizes } from '../scripts/size.mjs';

// The result of the build.
const code = readFileSync(new URL('../dist/live-online.js', import.meta.url), 'utf8');

test('[W5] no size is over its budget', async () => {
  expect((await measureSizes()).filter(({ isOver }) => isOver)).toEqual([]);
});

test.each([
  'innerHTML',
  'console.log',
  'console.error',
  'debug',
  'eval(',
  'Function(',
  'XMLHttpRequest',
  'require(',
])('[W4] the script does not contain %s', (word) => {
  expect(code).not.toContain(word);
});

test.each([
  ['no document', {}],
  ['no current script', { document: { currentScript: null } }],
  ['a read-only locWidget', Object.freeze({ document: {}, locWidget: 7 })],
])('[W4] the script throws nothing in a page with %s', (_, globals) => {
  const page: Record<string, unknown> = { URL, ...globals };
  page['self'] = page['window'] = page;
  expect(() => void runInNewContext(code, page)).not.toThrow();
});

test('[W1] a bare tag defines locWidget, keeps the style set before, and waits for init()', () => {
  const document = { currentScript: { src: 'http://localhost:8081/', dataset: {} } };
  const location = 'https://a.example/';
  const page: Record<string, unknown> = { URL, document, location, locWidget: { style: 'top: 0' } };
  page['self'] = page['window'] = page;
  runInNewContext(code, page);
  expect(page['locWidget']).toMatchObject({ style: 'top: 0', state: undefined });
  const first = page['locWidget'];
  runInNewContext(code, page);
  expect(page['locWidget']).toBe(first);
});
