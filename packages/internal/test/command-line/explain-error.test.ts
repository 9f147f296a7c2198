import { expect, it } from 'vitest';
import { explainError } from '../../src/command-line/explain-error.ts';

const sources = new Map([
  ['port', '--port'],
  ['sites', 'LIVE_ONLINE_SITE'],
  ['redis', '--redis'],
  ['redis.url', '--redis-url'],
]);

it('[C11] problems name flags and variables instead of options', () => {
  const problems = [
    { path: 'sites[0].name', message: 'must be text; port' },
    { path: 'portable', message: 'is an unknown option' },
    { path: 'redis.url', message: 'must be a URL' },
    { path: '', message: 'port or socket' },
  ];
  expect(explainError({ code: 'options-invalid', message: 'as in code', problems }, sources)).toBe(
    'LIVE_ONLINE_SITE[0].name must be text; port; portable is an unknown option; --redis-url must be a URL; port or socket',
  );
});

it.each([
  ['port-in-use', 'port 80 is in use (--port)'],
  ['port-forbidden', 'port 80 is in use (--port)'],
  ['host-unknown', 'port 80 is in use (--host)'],
  ['store-failed', 'port 80 is in use'],
])('[C11] the code %s names its flag', (code, text) => {
  expect(explainError({ code, message: 'port 80 is in use', problems: [] }, sources)).toBe(text);
});
