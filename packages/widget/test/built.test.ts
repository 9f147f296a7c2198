import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { measureSizes } from '../scripts/size.mjs';

// What `pnpm build` has made.
const code = readFileSync(new URL('../dist/live-online.js', import.meta.url), 'utf8');

test('[W5] the sizes are within their budgets', async () => {
  for (const { name, gzipBytes, budgetBytes } of await measureSizes()) {
    expect(gzipBytes, name).toBeLessThanOrEqual(budgetBytes);
  }
}, 30_000);

test.each([
  'innerHTML',
  'console.log',
  'console.error',
  'debug',
  'eval(',
  'Function(',
  'XMLHttpRequest',
  'require(',
])('[W4] the script tag holds no %s', (word) => {
  expect(code).not.toContain(word);
});

test.each([
  ['nothing at all', {}],
  ['no current script', { document: { currentScript: null } }],
  ['a locWidget that cannot be set', Object.freeze({ document: {}, locWidget: 7 })],
])('[W4] a page with %s gets no error', (_, globals) => {
  const page: Record<string, unknown> = { URL, ...globals };
  page['self'] = page['window'] = page;
  expect(() => void runInNewContext(code, page)).not.toThrow();
});

test('[W1] a bare tag defines locWidget and waits, keeping the style set before', () => {
  const document = { currentScript: { src: 'http://localhost:8081/', dataset: {} } };
  const page: Record<string, unknown> = { URL, document, locWidget: { style: 'top: 0' } };
  page['self'] = page['window'] = page;
  runInNewContext(code, page);
  expect(page['locWidget']).toMatchObject({ style: 'top: 0', state: undefined });
  const first = page['locWidget'];
  runInNewContext(code, page);
  expect(page['locWidget']).toBe(first);
});
